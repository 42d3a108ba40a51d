#pragma once
// Functions that the release makes of several, one after the other in Dst: each stores bf16, and the packer comes last.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/unary.cpp; its sums with a number:
// ckernel_sfpu_binop_with_unary.h.
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/sign.h"

namespace wattention::wormhole::kernels {

/// -x, its exp in the fast mode, plus 1, the reciprocal.
constexpr Bits sigmoid_accurate(Bits value) {
  const Bits exponential = exp_approx(neg(value));
  return reciprocal_accurate(store_to_bf16(sfpu::add(widen(exponential), sfpu::one)));
}

constexpr Bits log_sigmoid(Bits value) {
  return log(sigmoid(value));
}

}  // namespace wattention::wormhole::kernels
