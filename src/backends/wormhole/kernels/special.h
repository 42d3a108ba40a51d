#pragma once
// The inverse of the error function, by a logarithm and two roots; a Bessel function, by a polynomial.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_erfinv.h,
// ckernel_sfpu_i0.h.
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

namespace inverse_error {

/// Two of Newton's steps from a shifted pattern; 0 stays.
template <class Rules>
constexpr Word root(Word x) {
  constexpr Word magic = 0x5f370000u;
  if (x == 0) return x;
  Word inverse = magic - (x >> 1);
  for (int i = 0; i < 2; ++i) {
    const Word squared = sfpu::multiply<Rules>(inverse, inverse),
               minus_half = sfpu::multiply<Rules>(x, sfpu::constant(-0.5f));
    inverse =
        sfpu::multiply<Rules>(sfpmad<Rules>(squared, minus_half, sfpu::constant(1.5f)), inverse);
  }
  return sfpu::multiply<Rules>(inverse, x);
}

/// From -1 to 1, without the sign. 1 - x^2 and its logarithm lie in Dst on the way.
template <Register Dst, class Rules>
constexpr Dst size_of(Word x) {
  const Dst rest = store<Dst, Rules>(sfpu::subtract<Rules>(sfpu::one, sfpu::multiply<Rules>(x, x)));
  const Word logarithm = load(log<Rules>(rest));
  const Word mean =
      sfpu::negate(sfpmad<Rules>(logarithm, sfpu::constant(0.5f), sfpu::constant(4.5469f)));
  const Word inside = sfpu::subtract<Rules>(
      sfpu::multiply<Rules>(mean, mean), sfpu::multiply<Rules>(logarithm, sfpu::constant(7.1427f)));
  return store<Dst, Rules>(root<Rules>(sfpu::add<Rules>(mean, root<Rules>(inside))));
}

}  // namespace inverse_error

template <class Rules = Log, Register Dst = Bits>
constexpr Dst erfinv(Dst value) {
  constexpr Word quiet_nan = 0x7fc00000u;
  const Word x = load(value);
  if (sfpu::equal<Rules>(x, sfpu::one)) return store<Dst, Rules>(infinity(false));
  if (sfpu::equal<Rules>(x, sfpu::minus_one)) return store<Dst, Rules>(infinity(true));
  if (sfpu::below<Rules>(x, sfpu::minus_one) || sfpu::above<Rules>(x, sfpu::one))
    return store<Dst, Rules>(quiet_nan);
  const Dst size = inverse_error::size_of<Dst, Rules>(x);
  return sfpu::below_zero(x) ? store<Dst, Rules>(sfpu::negate(load(size))) : size;
}

/// Up to x^22.
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst bessel_i0(Dst value) {
  const Word x = load(value);
  return store<Dst, Rules>(sfpu::polynomial<Rules>(
      sfpu::multiply<Rules>(x, x), sfpu::constant(1.50E-22f), sfpu::constant(7.24E-20f),
      sfpu::constant(2.90E-17f), sfpu::constant(9.39E-15f), sfpu::constant(2.40E-12f),
      sfpu::constant(4.71E-10f), sfpu::constant(6.78E-08f), sfpu::constant(0.000006781684028f),
      sfpu::constant(0.0004340277778f), sfpu::constant(0.015625f), sfpu::constant(0.25f),
      sfpu::one));
}

}  // namespace wattention::wormhole::kernels
