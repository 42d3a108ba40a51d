#pragma once
// 1 or 0: how a value stands to 0, or to infinity. Against 0 the vector unit looks at the sign and the bits, so that
// -0 is below 0 and not equal to it, denormals are other than 0, and a NaN lies where its sign says.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_comp.h,
// ckernel_sfpu_logical_not_noti.h, ckernel_sfpu_isinf_isnan.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

template <Register Dst>
constexpr Dst truth(bool holds) {
  return holds ? store<Dst>(sfpu::one) : Dst{0};
}

template <Register Dst = Bits>
constexpr Dst eqz(Dst value) {
  return truth<Dst>(value == 0);
}
template <Register Dst = Bits>
constexpr Dst nez(Dst value) {
  return truth<Dst>(value != 0);
}
template <Register Dst = Bits>
constexpr Dst ltz(Dst value) {
  return truth<Dst>(sfpu::below_zero(load(value)));
}
template <Register Dst = Bits>
constexpr Dst gez(Dst value) {
  return truth<Dst>(!sfpu::below_zero(load(value)));
}
template <Register Dst = Bits>
constexpr Dst gtz(Dst value) {
  return truth<Dst>(sfpu::above_zero(load(value)));
}
template <Register Dst = Bits>
constexpr Dst lez(Dst value) {
  return truth<Dst>(!sfpu::above_zero(load(value)));
}

// These compare by subtracting, too, and infinity less infinity is a NaN and not 0: so nothing ever equals an infinity
// or a NaN on this card, and every element counts as finite.
template <class Rules = Silicon, Register Dst>
constexpr bool equals_infinity(Dst value) {
  return sfpu::equal<Rules>(load(value), infinity(false)) ||
         sfpu::equal<Rules>(load(value), infinity(true));
}
template <class Rules = Silicon, Register Dst>
constexpr bool equals_nan(Dst value) {
  constexpr Word quiet = 0x7fc00000u, signalling = 0x7fa00000u;
  return sfpu::equal<Rules>(load(value), quiet) || sfpu::equal<Rules>(load(value), signalling);
}
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst isinf(Dst value) {
  return truth<Dst>(equals_infinity<Rules>(value));
}
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst isposinf(Dst value) {
  return truth<Dst>(sfpu::equal<Rules>(load(value), infinity(false)));
}
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst isneginf(Dst value) {
  return truth<Dst>(sfpu::equal<Rules>(load(value), infinity(true)));
}
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst isnan(Dst value) {
  return truth<Dst>(equals_nan<Rules>(value));
}
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst isfinite(Dst value) {
  return truth<Dst>(!equals_infinity<Rules>(value) && !equals_nan<Rules>(value));
}

}  // namespace wattention::wormhole::kernels
