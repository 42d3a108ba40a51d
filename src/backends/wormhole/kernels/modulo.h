#pragma once
// What a division leaves: fmod with the sign of x, remainder with that of the divisor.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_fmod.h,
// ckernel_sfpu_remainder.h; its reciprocal of the divisor is the host's.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

namespace modulo {

/// The size of a divisor that is not 0, and of its reciprocal.
struct Divisor {
  Word size, inverse;
};

constexpr Divisor divisor_of(Word number) {
  const Word inverse = std::bit_cast<Word>(1 / std::bit_cast<float>(number));
  return {sfpu::absolute(number), sfpu::absolute(inverse)};
}

/// Of sizes. The quotient comes by the reciprocal, so it may be one short where it is close to a whole number.
template <class Rules>
constexpr Word after_division(Word size, Divisor divisor) {
  const Word quotient = sfpu::multiply<Rules>(size, divisor.inverse);
  const int exponent = exponent_of(quotient) - exponent_bias;
  Word whole = 0;
  if (exponent >= 23)
    whole = quotient;
  else if (exponent >= 0)
    whole = quotient & ~(0x7fffffu >> exponent);
  return sfpu::subtract<Rules>(size, sfpu::multiply<Rules>(whole, divisor.size));
}

/// The release's way to bring a rest below the divisor: ten times, what is not below it is taken from it.
template <class Rules>
constexpr Word below_divisor(Word rest, Word size) {
  constexpr int times = 10;
  for (int i = 0; i < times; ++i)
    if (!sfpu::below<Rules>(rest, size)) rest = sfpu::subtract<Rules>(size, rest);
  return sfpu::equal<Rules>(sfpu::absolute(rest), size) ? 0 : rest;
}

}  // namespace modulo

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst fmod(Dst value, Word number) {
  const Word x = load(value);
  const modulo::Divisor divisor = modulo::divisor_of(number);
  const Word rest = modulo::after_division<Rules>(sfpu::absolute(x), divisor);
  return store<Dst, Rules>(modulo::below_divisor<Rules>(sfpu::with_sign_of(rest, x), divisor.size));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst remainder(Dst value, Word number) {
  const Word x = load(value);
  const modulo::Divisor divisor = modulo::divisor_of(number);
  Word rest = modulo::after_division<Rules>(sfpu::absolute(x), divisor);
  if (sfpu::below_zero(x) && rest != 0) rest = sfpu::subtract<Rules>(divisor.size, rest);
  if (sfpu::below_zero(number) && rest != 0) rest = sfpu::add<Rules>(rest, number);
  return store<Dst, Rules>(
      modulo::below_divisor<Rules>(sfpu::with_sign_of(rest, number), divisor.size));
}

}  // namespace wattention::wormhole::kernels
