#pragma once
// Straight and rational gates: hardsigmoid, hardswish, softsign, and bounds on both sides.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_activations.h,
// ckernel_sfpu_softsign.h, ckernel_sfpu_clamp.h, ckernel_sfpu_hardtanh.h;
// ttnn/cpp/ttnn/operations/eltwise/unary/device/kernels/compute/hardswish_kernel.cpp.
#include <array>

#include "backends/wormhole/kernels/0_81/reciprocal.h"
#include "backends/wormhole/kernels/elementwise.h"

namespace wattention::wormhole::kernels::v0_81 {

constexpr Bits hardsigmoid(Bits value) {
  const Word line = sfpmad(widen(value), sfpu::constant(0.1666666716337204f), sfpu::constant(0.5f));
  const Word gate = sfpu::above(line, sfpu::one) ? sfpu::one : line;
  return store_to_bf16(sfpu::below_zero(gate) ? 0 : gate);
}

/// The product is the matrix unit's.
constexpr Bits hardswish(Bits value) {
  constexpr int phases = 4;
  return kernels::multiply<>(hardsigmoid(value), value, phases);
}

constexpr Bits softsign(Bits value) {
  const Word x = widen(value), denominator = sfpu::add(sfpu::absolute(x), sfpu::one);
  return store_to_bf16(sfpu::multiply(x, reciprocal_of::in_fp32(denominator, 2)));
}

/// The lower bound, then the upper one.
constexpr Bits clamp(Bits value, const std::array<Word, 2>& bounds) {
  return store_to_bf16(clamped(widen(value), bounds[0], bounds[1]));
}

}  // namespace wattention::wormhole::kernels::v0_81
