#pragma once
// Whole numbers near x: the fraction's bits are masked; floor and ceil then step by 1 where that went the other way.
// TT-NN 0.81.1, tt_metal/tt-llk/tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_rounding_ops.h.
#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace whole {

constexpr Word toward_zero(Word x) {
  const int fraction_bits = 23 - (exponent_of(x) - exponent_bias);
  if (fraction_bits > 23) return x & sign_mask;
  return fraction_bits < 0 ? x : x & (0xffffffffu << fraction_bits);
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

}  // namespace wattention::wormhole::kernels::v0_81
