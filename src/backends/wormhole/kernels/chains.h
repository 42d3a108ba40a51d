#pragma once
// Functions that the release makes of several, one after the other in Dst: each stores as Dst is wide, and the packer
// comes last.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/unary.cpp; its sums with a number:
// ckernel_sfpu_binop_with_unary.h.
#include "backends/wormhole/kernels/compare_zero.h"
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/sign.h"
#include "backends/wormhole/kernels/tanh.h"

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

/// exp in the fast mode, plus 1, log, tanh; x comes again as the second factor of a product.
/// ttnn/cpp/ttnn/operations/eltwise/unary/device/kernels/compute/mish_kernel.cpp.
constexpr Bits mish(Bits value) {
  constexpr int phases = 4;
  const Bits exponential = exp_approx(value);
  const Bits sum = store_to_bf16(sfpu::add(widen(exponential), sfpu::one));
  return multiply(tanh(log(sum)), value, phases);
}

/// Each step goes through L1: up to 3.5 (exp(2x) - 1) / (exp(2x) + 1) with exp in the fast mode, beyond it tanh.
/// ttnn/cpp/ttnn/operations/eltwise/unary/tanh_accurate/device/kernels/compute/tanh_accurate.cpp.
constexpr Bits tanh_accurate(Bits value) {
  constexpr int phases = 4;
  const auto plus = [](Bits x, Word number) { return store_to_bf16(sfpu::add(widen(x), number)); };
  const Bits exponential = pack_bf16(exp_approx(times(value, sfpu::constant(2))));
  const Bits less_one = pack_bf16(store_to_bf16(sfpu::subtract(widen(exponential), sfpu::one)));
  const Bits inverse = pack_bf16(reciprocal_accurate(plus(exponential, sfpu::one)));
  const Bits quotient = multiply(less_one, inverse, phases);
  const bool beyond = sfpu::above(widen(abs(value)), sfpu::constant(3.5f));
  const Bits chosen = truth<Bits>(beyond), other = truth<Bits>(!beyond);
  return add(multiply(chosen, pack_bf16(tanh(value)), phases), multiply(other, quotient, phases));
}

/// celu's first program: times 1 / alpha, exp in the fast mode, less 1, times alpha. The quotient is the host's.
/// ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_composite_op.cpp (_celu).
constexpr Bits celu_below_zero(Bits value, Word alpha) {
  const Word inverse = std::bit_cast<Word>(1 / std::bit_cast<float>(alpha));
  const Bits exponential = exp_approx(times(value, inverse));
  const Bits less_one = store_to_bf16(sfpu::subtract(widen(exponential), sfpu::one));
  return times(less_one, alpha);
}

}  // namespace wattention::wormhole::kernels
