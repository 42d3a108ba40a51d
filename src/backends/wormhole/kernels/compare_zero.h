#pragma once
// 1 or 0: how a value stands to 0, or to infinity. Against 0 the vector unit looks at the sign and the bits, so that
// -0 is below 0 and not equal to it, denormals are other than 0, and a NaN lies where its sign says.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_comp.h,
// ckernel_sfpu_logical_not_noti.h, ckernel_sfpu_isinf_isnan.h.
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

constexpr Bits truth(bool holds) {
  return holds ? upper_half(sfpu::one) : Bits{0};
}

constexpr Bits eqz(Bits value) {
  return truth(value == 0);
}
constexpr Bits nez(Bits value) {
  return truth(value != 0);
}
constexpr Bits ltz(Bits value) {
  return truth(sfpu::below_zero(widen(value)));
}
constexpr Bits gez(Bits value) {
  return truth(!sfpu::below_zero(widen(value)));
}
constexpr Bits gtz(Bits value) {
  return truth(sfpu::above_zero(widen(value)));
}
constexpr Bits lez(Bits value) {
  return truth(!sfpu::above_zero(widen(value)));
}

// These compare by subtracting, too, and infinity less infinity is a NaN and not 0: so nothing ever equals an infinity
// or a NaN on this card, and every element counts as finite.
template <class Rules = Silicon>
constexpr bool equals_infinity(Bits value) {
  return sfpu::equal<Rules>(widen(value), infinity(false)) ||
         sfpu::equal<Rules>(widen(value), infinity(true));
}
template <class Rules = Silicon>
constexpr bool equals_nan(Bits value) {
  constexpr Word quiet = 0x7fc00000u, signalling = 0x7fa00000u;
  return sfpu::equal<Rules>(widen(value), quiet) || sfpu::equal<Rules>(widen(value), signalling);
}
template <class Rules = Silicon>
constexpr Bits isinf(Bits value) {
  return truth(equals_infinity<Rules>(value));
}
template <class Rules = Silicon>
constexpr Bits isnan(Bits value) {
  return truth(equals_nan<Rules>(value));
}
template <class Rules = Silicon>
constexpr Bits isfinite(Bits value) {
  return truth(!equals_infinity<Rules>(value) && !equals_nan<Rules>(value));
}

}  // namespace wattention::wormhole::kernels
