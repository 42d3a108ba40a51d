#pragma once
// Whole numbers near x: the fraction's bits are masked; floor and ceil then step by 1 where that went the other way.
// round multiplies by a power of ten before, and by its inverse after.
// TT-NN 0.81.1, tt_metal/tt-llk/tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_rounding_ops.h.
#include <array>

#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace whole {

constexpr Word toward_zero(Word x) {
  const int fraction_bits = 23 - (exponent_of(x) - exponent_bias);
  if (fraction_bits > 23) return x & sign_mask;
  return fraction_bits < 0 ? x : x & (0xffffffffu << fraction_bits);
}

/// Beside 2^23 no fraction is left: it is rounded off, of two numbers to the even one.
constexpr Word nearest(Word x) {
  constexpr Word without_fractions = sfpu::constant(8388608.0f);
  if (exponent_of(x) >= exponent_bias + 23) return x;
  const Word size = sfpu::add(x & ~sign_mask, without_fractions);
  return sfpu::with_sign_of(sfpu::add(size, sfpu::negate(without_fractions)), x);
}

}  // namespace whole

constexpr Bits floor(Bits value) {
  const Word x = widen(value), cut = whole::toward_zero(x);
  return store_to_bf16(sfpu::below_zero(x) && cut != x ? sfpu::add(cut, sfpu::minus_one) : cut);
}
constexpr Bits ceil(Bits value) {
  const Word x = widen(value), cut = whole::toward_zero(x);
  return store_to_bf16(!sfpu::below_zero(x) && cut != x ? sfpu::add(cut, sfpu::one) : cut);
}

constexpr Bits trunc(Bits value) {
  return store_to_bf16(whole::toward_zero(widen(value)));
}
/// A power of ten and its inverse.
constexpr Bits round(Bits value, const std::array<Word, 2>& scales) {
  const Word scaled = sfpu::multiply(widen(value), scales[0]);
  return store_to_bf16(sfpu::multiply(scales[1], whole::nearest(scaled)));
}

}  // namespace wattention::wormhole::kernels::v0_81
