#pragma once
// What kind of number an element is, as 1 or 0; and its sign.
// TT-NN 0.81.1, tt_metal/tt-llk/tt_llk_wormhole_b0/common/inc/sfpu: ckernel_sfpu_comp.h, ckernel_sfpu_isinf_isnan.h;
// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_sign.h.
#include "backends/wormhole/kernels/0_81/pairs.h"

namespace wattention::wormhole::kernels::v0_81 {

constexpr Bits size_of(Bits value) {
  return value & 0x7fff;
}
inline constexpr Bits infinite = 0x7f80;

constexpr Bits eqz(Bits value) {
  return compared::one_if(size_of(value) == 0);
}
constexpr Bits nez(Bits value) {
  return compared::one_if(size_of(value) != 0);
}
// A zero has no sign, and a NaN is neither; denormals count.
constexpr bool is_number(Bits value) {
  return size_of(value) <= infinite;
}
constexpr Bits ltz(Bits value) {
  return compared::one_if(is_number(value) && is_negative(value) && size_of(value) != 0);
}
constexpr Bits gtz(Bits value) {
  return compared::one_if(is_number(value) && !is_negative(value) && size_of(value) != 0);
}
constexpr Bits gez(Bits value) {
  return compared::one_if(is_number(value) && (!is_negative(value) || size_of(value) == 0));
}

constexpr Bits isinf(Bits value) {
  return compared::one_if(size_of(value) == infinite);
}
constexpr Bits isnan(Bits value) {
  return compared::one_if(size_of(value) > infinite);
}
constexpr Bits isfinite(Bits value) {
  return compared::one_if(size_of(value) < infinite);
}

constexpr Bits sign(Bits value) {
  return size_of(value) == 0 ? Bits{0} : static_cast<Bits>((value & 0x8000) | one_bits);
}

}  // namespace wattention::wormhole::kernels::v0_81
