#pragma once
// relu and its kin on the vector unit, and bounds on both sides.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_relu.h,
// ckernel_sfpu_unary_max_min.h; tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_relu.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// A NaN lies where its sign says: below zero, or it stays.
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst relu(Dst value) {
  return sfpu::below<Rules>(load(value), 0) ? Dst{0} : store<Dst, Rules>(load(value));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst everywhere(Dst, Word number) {
  return store<Dst, Rules>(number);
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst relu_max(Dst value, Word bound) {
  const Word x = sfpu::above<Rules>(load(value), bound) ? bound : load(value);
  return sfpu::below_zero(x) ? Dst{0} : store<Dst, Rules>(x);
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst relu6(Dst value) {
  return relu_max<Rules>(value, sfpu::constant(6));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst relu_min(Dst value, Word bound) {
  const Word x = load(value);
  return store<Dst, Rules>(sfpu::below<Rules>(x, bound) ? bound : x);
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst leaky_relu(Dst value, Word slope) {
  const Word x = load(value);
  return store<Dst, Rules>(sfpu::below_zero(x) ? sfpu::multiply<Rules>(x, slope) : x);
}

/// SFPSWAP keeps the smaller or the larger one; a bf16 Dst cuts the bound as it is stored.
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst minimum_with(Dst value, Word bound) {
  return store<Dst, Rules>(ordered_below(bound, load(value)) ? bound : load(value));
}
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst maximum_with(Dst value, Word bound) {
  return store<Dst, Rules>(ordered_below(load(value), bound) ? bound : load(value));
}

}  // namespace wattention::wormhole::kernels
