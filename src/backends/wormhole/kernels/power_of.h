#pragma once
// x to the power of y by logarithm and exponential, as the element-wise op of two tensors does it.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_binary.h.
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/reciprocal.h"

namespace wattention::wormhole::kernels {

namespace power_series {

/// Of a base that is not 0: a cubic of the mantissa, from 1 to 2, plus the exponent. Its sign stays in the mantissa.
template <class Rules>
constexpr Word logarithm(Word base) {
  const Word series =
      sfpu::polynomial<Rules>(sfpu::with_exponent(base, exponent_bias),
                              sfpu::constant(0x2.44734p-4f), sfpu::constant(-0xd.e712ap-4f),
                              sfpu::constant(0x2.4f5388p+0f), sfpu::constant(-0x1.952992p+0f));
  const int exponent = exponent_of(base) - exponent_bias;
  const Word size = int_to_float(static_cast<Word>(exponent < 0 ? -exponent : exponent));
  return sfpmad<Rules>(exponent < 0 ? sfpu::negate(size) : size, sfpu::constant(0.692871f), series);
}

}  // namespace power_series

/// What the power's pattern decides: the whole number of 16 bits, and whether it is one.
struct Power {
  Word number;
  Word whole;
  bool is_whole;
};

template <class Rules = Exp>
constexpr Power power_as(Word power) {
  const Word whole = round_to_int16<Rules>(power);
  return {power, whole, sfpu::equal<Rules>(int_to_float(whole), power)};
}

template <class Rules = Exp>
constexpr Word logarithm_of(Word base) {
  return base == 0 ? infinity(true) : power_series::logarithm<Rules>(base);
}

/// With the logarithm of the base, or of its size where the power is whole. Of a negative base a NaN, unless the power
/// is a whole number.
template <class Rules = Exp>
constexpr Word power_with(Word base, const Power& power, Word logarithm) {
  constexpr Word quiet_nan = 0x7fc00000u;
  if (sfpu::below_zero(base) && !power.is_whole) return quiet_nan;
  const Word scaled = sfpu::multiply<Rules>(power.number, logarithm);
  Word result = exp_of::of_magnitude<Rules>(scaled & ~sign_mask);
  if (sfpu::below_zero(scaled)) result = reciprocal::of<Rules>(result, 2) & ~sign_mask;
  return sfpu::below_zero(base) && (power.whole & 1) ? result | sign_mask : result;
}

template <class Rules = Exp>
constexpr Word power_of(Word base, Word power) {
  const Power as = power_as<Rules>(power);
  return power_with<Rules>(base, as, logarithm_of<Rules>(as.is_whole ? base & ~sign_mask : base));
}

}  // namespace wattention::wormhole::kernels
