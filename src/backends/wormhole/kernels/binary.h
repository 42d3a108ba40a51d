#pragma once
// The element-wise ops of two tensors as one program runs them: a step on each operand, the matrix unit, a step on Dst.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary/common/binary_op_utils.cpp (get_defines) and
// device/kernels/compute/eltwise_binary_kernel.cpp.
#include <array>
#include <optional>

#include "backends/wormhole/kernels/compare_zero.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/modulo.h"
#include "backends/wormhole/kernels/pow.h"
#include "backends/wormhole/kernels/power_of.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/kernels/sign.h"
#include "backends/wormhole/kernels/whole_numbers.h"
#include "backends/wormhole/numerics/packer.h"
#include "device/op_call.h"

namespace wattention::wormhole::kernels {

/// fp32 from the vector unit; the unpacker of the next program cuts it.
constexpr Bits cut_reciprocal(Bits value) {
  return store_to_bf16(reciprocal::of<Reciprocal>(widen(value), Reciprocal::accurate_newton_steps));
}

/// What a kernel was compiled with, fp32: a binary op's number comes first.
using Numbers = std::array<Word, 2>;

/// A kernel and the packer after it, as a step of a program. The numbers are for kernels that take some.
template <auto kernel>
constexpr Bits step(Bits value, const Numbers&) {
  return pack_bf16(kernel(value));
}

/// The last three are the vector unit's.
enum class MatrixStep { multiply, add, subtract, larger, smaller, raise };

/// Of two bf16 in Dst.
constexpr Bits raised(Bits base, Bits exponent) {
  return store_to_bf16(power_of(widen(base), widen(exponent)));
}

struct BinaryKernel {
  using Step = Bits (*)(Bits value, const Numbers&);
  MatrixStep step;
  Step before_a = nullptr, before_b = nullptr;  ///< through L1 on their way
  Step after = nullptr;                         ///< on Dst
};

/// Nothing for an op that the release does not run on two tensors.
constexpr std::optional<BinaryKernel> binary_kernel(Op op) {
  using enum MatrixStep;
  switch (op) {
    case Op::multiply: return BinaryKernel{multiply};
    case Op::add: return BinaryKernel{add};
    case Op::subtract: return BinaryKernel{subtract};
    case Op::divide: return BinaryKernel{multiply, nullptr, step<reciprocal_accurate<>>};
    case Op::div: return BinaryKernel{multiply, nullptr, step<cut_reciprocal>};
    case Op::ldexp: return BinaryKernel{multiply, nullptr, step<exp2<>>};
    case Op::logaddexp:
      return BinaryKernel{add, step<exp_accurate<>>, step<exp_accurate<>>, step<log<>>};
    case Op::logaddexp2: return BinaryKernel{add, step<exp2<>>, step<exp2<>>, step<log2<>>};
    case Op::bias_gelu: return BinaryKernel{add, nullptr, nullptr, step<gelu_accurate<>>};
    case Op::rsub: return BinaryKernel{add, step<neg<>>};
    case Op::squared_difference: return BinaryKernel{subtract, nullptr, nullptr, step<square<>>};
    case Op::maximum: return BinaryKernel{larger};
    case Op::minimum: return BinaryKernel{smaller};
    case Op::pow: return BinaryKernel{raise};
    case Op::eq: return BinaryKernel{subtract, nullptr, nullptr, step<eqz<>>};
    case Op::ne: return BinaryKernel{subtract, nullptr, nullptr, step<nez<>>};
    case Op::lt: return BinaryKernel{subtract, nullptr, nullptr, step<ltz<>>};
    case Op::gt: return BinaryKernel{subtract, nullptr, nullptr, step<gtz<>>};
    case Op::le: return BinaryKernel{subtract, nullptr, nullptr, step<lez<>>};
    case Op::ge: return BinaryKernel{subtract, nullptr, nullptr, step<gez<>>};
    case Op::logical_and: return BinaryKernel{multiply, nullptr, nullptr, step<nez<>>};
    case Op::logical_or: return BinaryKernel{add, step<nez<>>, step<nez<>>, step<gtz<>>};
    case Op::logical_xor: return BinaryKernel{subtract, step<nez<>>, step<nez<>>, step<nez<>>};
    default: return std::nullopt;
  }
}

/// A tensor's element and a number that stays fp32 on the vector unit. ge, le and eq take the difference in a program
/// of its own: what its store cuts changes no sign, and makes no other value 0.
/// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_unary_comp.h, ckernel_sfpu_binop_with_unary.h.
template <Op op, Register Dst>
constexpr Dst by_number(Dst value, const Numbers& numbers) {
  const Word x = load(value), number = numbers.front();
  const Dst difference = store<Dst>(sfpu::subtract(x, number));
  // The vector unit has a -0, the difference of equal numbers is +0.
  if constexpr (op == Op::eq) return eqz(difference);
  if constexpr (op == Op::ne) return nez(difference);
  if constexpr (op == Op::lt) return ltz(difference);
  if constexpr (op == Op::gt) return gtz(difference);
  if constexpr (op == Op::le) return lez(difference);
  if constexpr (op == Op::ge) return gez(difference);
  if constexpr (op == Op::rsub) return pack(store<Dst>(sfpu::subtract(number, x)));
  if constexpr (op == Op::maximum) return pack(maximum_with(value, number));
  if constexpr (op == Op::minimum) return pack(minimum_with(value, number));
  if constexpr (op == Op::fmod) return pack(fmod(value, number));
  if constexpr (op == Op::remainder) return pack(remainder(value, number));
  if constexpr (op == Op::pow)
    return pack(power(value, static_cast<Word>(std::bit_cast<float>(number))));
}

/// The first program of ge, le and eq.
template <Register Dst>
constexpr Dst difference(Dst value, const Numbers& numbers) {
  return pack(store<Dst>(sfpu::subtract(load(value), numbers.front())));
}

/// Null for an op that goes through the matrix unit, or that the release does not run with a number.
template <Register Dst>
using NumberKernel = Dst (*)(Dst value, const Numbers&);

template <Register Dst>
constexpr NumberKernel<Dst> number_kernel(Op op) {
  switch (op) {
    case Op::eq: return by_number<Op::eq, Dst>;
    case Op::ne: return by_number<Op::ne, Dst>;
    case Op::lt: return by_number<Op::lt, Dst>;
    case Op::gt: return by_number<Op::gt, Dst>;
    case Op::le: return by_number<Op::le, Dst>;
    case Op::ge: return by_number<Op::ge, Dst>;
    case Op::rsub: return by_number<Op::rsub, Dst>;
    case Op::maximum: return by_number<Op::maximum, Dst>;
    case Op::minimum: return by_number<Op::minimum, Dst>;
    case Op::pow: return by_number<Op::pow, Dst>;
    case Op::fmod: return by_number<Op::fmod, Dst>;
    case Op::remainder: return by_number<Op::remainder, Dst>;
    default: return nullptr;
  }
}

}  // namespace wattention::wormhole::kernels
