#pragma once
// relu and its kin on the vector unit, and bounds on both sides.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_relu.h,
// ckernel_sfpu_unary_max_min.h; tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_relu.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// A NaN lies where its sign says: below zero, or it stays.
template <class Rules = Silicon>
constexpr Bits relu(Bits value) {
  return sfpu::below<Rules>(widen(value), 0) ? Bits{0} : store_to_bf16<Rules>(widen(value));
}

template <class Rules = Silicon>
constexpr Bits relu6(Bits value) {
  constexpr Word six = sfpu::constant(6);
  const Word x = sfpu::above<Rules>(widen(value), six) ? six : widen(value);
  return sfpu::below_zero(x) ? Bits{0} : store_to_bf16<Rules>(x);
}

template <class Rules = Silicon>
constexpr Bits leaky_relu(Bits value, Word slope) {
  const Word x = widen(value);
  return store_to_bf16<Rules>(sfpu::below_zero(x) ? sfpu::multiply<Rules>(x, slope) : x);
}

/// SFPSWAP keeps the smaller or the larger one; the bound is cut to bf16 as it is stored.
template <class Rules = Silicon>
constexpr Bits minimum_with(Bits value, Word bound) {
  return store_to_bf16<Rules>(ordered_below(bound, widen(value)) ? bound : widen(value));
}
template <class Rules = Silicon>
constexpr Bits maximum_with(Bits value, Word bound) {
  return store_to_bf16<Rules>(ordered_below(widen(value), bound) ? bound : widen(value));
}

}  // namespace wattention::wormhole::kernels
