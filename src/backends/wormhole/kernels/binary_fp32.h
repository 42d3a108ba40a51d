#pragma once
// The element-wise ops of two fp32 tensors of one shape: straight into an fp32 Dst, and all on the vector unit. What a
// program steps before and after goes through L1 in fp32, so that nothing is lost on the way.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary: common/binary_op_utils.cpp (get_defines_fp32),
// device/kernels/compute/eltwise_binary_sfpu_kernel.cpp; tt-llk 7343d48f,
// tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_binary.h.
#include "backends/wormhole/kernels/compare_zero.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/power_of.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/kernels/relu.h"
#include "device/op_call.h"

namespace wattention::wormhole::kernels {

struct Divide : Reciprocal {
  static constexpr int divide_newton_steps = 3;
};

/// By 0 a NaN or an infinity; equal numbers give 1; else the product with the reciprocal. -0 is no 0 here.
template <class Rules = Divide>
constexpr Word divide(Word a, Word b) {
  constexpr Word quiet_nan = 0x7fc00000u;
  if (b == 0) return a == 0 ? quiet_nan : sfpu::with_sign_of(infinity(false), a);
  if (sfpu::equal<Rules>(a, b)) return sfpu::one;
  return sfpu::multiply<Rules>(a, reciprocal::of<Rules>(b, Rules::divide_newton_steps));
}

template <Op op>
constexpr Word of_fp32(Word a, Word b) {
  if constexpr (op == Op::add) return sfpu::add(a, b);
  if constexpr (op == Op::subtract) return sfpu::subtract(a, b);
  if constexpr (op == Op::multiply) return sfpu::multiply(a, b);
  if constexpr (op == Op::divide) return divide(a, b);
  if constexpr (op == Op::rsub) return sfpu::subtract(b, a);
  if constexpr (op == Op::pow) return power_of(a, b);
  if constexpr (op == Op::ldexp) return sfpu::multiply(a, exp2(b));
  if constexpr (op == Op::logaddexp) return log(sfpu::add(exp_accurate(a), exp_accurate(b)));
  if constexpr (op == Op::logaddexp2) return log2(sfpu::add(exp2(a), exp2(b)));
  if constexpr (op == Op::bias_gelu) return gelu_accurate(sfpu::add(a, b));
  if constexpr (op == Op::squared_difference) return square(sfpu::subtract(a, b));
  if constexpr (op == Op::maximum) return maximum_with(a, b);
  if constexpr (op == Op::minimum) return minimum_with(a, b);
  if constexpr (op == Op::eq) return eqz(sfpu::subtract(a, b));
  if constexpr (op == Op::ne) return nez(sfpu::subtract(a, b));
  if constexpr (op == Op::lt) return ltz(sfpu::subtract(a, b));
  if constexpr (op == Op::gt) return gtz(sfpu::subtract(a, b));
  if constexpr (op == Op::le) return lez(sfpu::subtract(a, b));
  if constexpr (op == Op::ge) return gez(sfpu::subtract(a, b));
  if constexpr (op == Op::logical_and) return nez(sfpu::multiply(a, b));
  if constexpr (op == Op::logical_or) return gtz(sfpu::add(nez(a), nez(b)));
  if constexpr (op == Op::logical_xor) return nez(sfpu::subtract(nez(a), nez(b)));
}

using Fp32Kernel = Word (*)(Word a, Word b);

/// Null for an op that the release does not run on two fp32 tensors. div is its divide, too.
constexpr Fp32Kernel fp32_kernel(Op op) {
  switch (op) {
    case Op::add: return of_fp32<Op::add>;
    case Op::subtract: return of_fp32<Op::subtract>;
    case Op::multiply: return of_fp32<Op::multiply>;
    case Op::div:
    case Op::divide: return of_fp32<Op::divide>;
    case Op::rsub: return of_fp32<Op::rsub>;
    case Op::pow: return of_fp32<Op::pow>;
    case Op::ldexp: return of_fp32<Op::ldexp>;
    case Op::logaddexp: return of_fp32<Op::logaddexp>;
    case Op::logaddexp2: return of_fp32<Op::logaddexp2>;
    case Op::bias_gelu: return of_fp32<Op::bias_gelu>;
    case Op::squared_difference: return of_fp32<Op::squared_difference>;
    case Op::maximum: return of_fp32<Op::maximum>;
    case Op::minimum: return of_fp32<Op::minimum>;
    case Op::eq: return of_fp32<Op::eq>;
    case Op::ne: return of_fp32<Op::ne>;
    case Op::lt: return of_fp32<Op::lt>;
    case Op::gt: return of_fp32<Op::gt>;
    case Op::le: return of_fp32<Op::le>;
    case Op::ge: return of_fp32<Op::ge>;
    case Op::logical_and: return of_fp32<Op::logical_and>;
    case Op::logical_or: return of_fp32<Op::logical_or>;
    case Op::logical_xor: return of_fp32<Op::logical_xor>;
    default: return nullptr;
  }
}

}  // namespace wattention::wormhole::kernels
