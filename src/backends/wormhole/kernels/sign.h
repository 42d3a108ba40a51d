#pragma once
// What concerns the sign alone.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu: ckernel_sfpu_abs.h, ckernel_sfpu_sign.h; tt-metal v0.57.0-rc71,
// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_negative.h, ckernel_sfpu_heaviside.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// The card's own way with a negative NaN: it stays.
constexpr Bits abs(Bits value) {
  return store_to_bf16(sfpu::absolute(widen(value)));
}

constexpr Bits neg(Bits value) {
  return store_to_bf16(sfpu::negate(widen(value)));
}

/// -1 for -0 and negative denormals, 1 for positive ones.
constexpr Bits sign(Bits value) {
  if (value == 0) return 0;
  return upper_half(sfpu::below_zero(widen(value)) ? sfpu::minus_one : sfpu::one);
}

/// In the middle of its pieces stands the value, cut to bf16. -0 and negative denormals lie below, positive ones above.
constexpr Bits heaviside(Bits value, Word at_0) {
  if (value == 0) return store_to_bf16(at_0);
  return sfpu::below_zero(widen(value)) ? Bits{0} : upper_half(sfpu::one);
}

/// Through the vector unit's registers and back.
constexpr Bits identity(Bits value) {
  return store_to_bf16(widen(value));
}

}  // namespace wattention::wormhole::kernels
