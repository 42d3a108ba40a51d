#pragma once
// What concerns the sign alone.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu: ckernel_sfpu_abs.h, ckernel_sfpu_sign.h; tt-metal v0.57.0-rc71,
// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_negative.h, ckernel_sfpu_heaviside.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// The card's own way with a negative NaN: it stays.
template <Register Dst = Bits>
constexpr Dst abs(Dst value) {
  return store<Dst>(sfpu::absolute(load(value)));
}

template <Register Dst = Bits>
constexpr Dst neg(Dst value) {
  return store<Dst>(sfpu::negate(load(value)));
}

/// -1 for -0 and negative denormals, 1 for positive ones.
template <Register Dst = Bits>
constexpr Dst sign(Dst value) {
  if (value == 0) return 0;
  return store<Dst>(sfpu::below_zero(load(value)) ? sfpu::minus_one : sfpu::one);
}

/// In the middle of its pieces stands the value. -0 and negative denormals lie below, positive ones above.
template <Register Dst = Bits>
constexpr Dst heaviside(Dst value, Word at_0) {
  if (value == 0) return store<Dst>(at_0);
  return sfpu::below_zero(load(value)) ? Dst{0} : store<Dst>(sfpu::one);
}

/// Through the vector unit's registers and back.
template <Register Dst = Bits>
constexpr Dst identity(Dst value) {
  return store<Dst>(load(value));
}

}  // namespace wattention::wormhole::kernels
