#pragma once
// Functions that the release makes of several, one after the other in Dst: each stores as Dst is wide, and the packer
// comes last.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/unary.cpp; its sums with a number:
// ckernel_sfpu_binop_with_unary.h.
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/sign.h"

namespace wattention::wormhole::kernels {

/// -x, its exp in the fast mode, plus 1, the reciprocal.
template <Register Dst = Bits>
constexpr Dst sigmoid_accurate(Dst value) {
  const Dst exponential = exp_approx(neg(value));
  return reciprocal_accurate(store<Dst>(sfpu::add(load(exponential), sfpu::one)));
}

template <Register Dst = Bits>
constexpr Dst log_sigmoid(Dst value) {
  return log(sigmoid(value));
}

}  // namespace wattention::wormhole::kernels
