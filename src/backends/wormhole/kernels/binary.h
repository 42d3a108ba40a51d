#pragma once
// The element-wise ops of two tensors as one program runs them: a step on each operand, the matrix unit, a step on Dst.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary/common/binary_op_utils.cpp (get_defines) and
// device/kernels/compute/eltwise_binary_kernel.cpp.
#include <optional>

#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/sfpmad.h"
#include "device/op_call.h"

namespace wattention::wormhole::kernels {

inline constexpr Bits one = 0x3f80, zero = 0;

/// The vector unit's comparisons with zero. Neither the matrix unit nor the packer leaves a denormal or a -0.
constexpr bool is_zero(Bits value) {
  return (value & 0x7fffu) == 0;
}
constexpr Bits eqz(Bits value) {
  return is_zero(value) ? one : zero;
}
constexpr Bits nez(Bits value) {
  return is_zero(value) ? zero : one;
}
constexpr Bits ltz(Bits value) {
  return is_negative(value) && !is_zero(value) ? one : zero;
}
constexpr Bits gtz(Bits value) {
  return !is_negative(value) && !is_zero(value) ? one : zero;
}
constexpr Bits lez(Bits value) {
  return gtz(value) == one ? zero : one;
}
constexpr Bits gez(Bits value) {
  return ltz(value) == one ? zero : one;
}

constexpr Bits negated(Bits value) {
  return pack_bf16(static_cast<Bits>(value ^ 0x8000u));
}
/// In fp32 on the vector unit, the store cuts.
constexpr Bits squared(Bits value) {
  return pack_bf16(store_to_bf16(sfpmad(widen(value), widen(value), 0)));
}
constexpr Bits rounded_reciprocal(Bits value) {
  return pack_bf16(reciprocal_accurate(value));
}
/// fp32 from the vector unit; the unpacker of the next program cuts it.
constexpr Bits cut_reciprocal(Bits value) {
  return pack_bf16(
      store_to_bf16(reciprocal::of<Reciprocal>(value, Reciprocal::accurate_newton_steps)));
}

enum class MatrixStep { multiply, add, subtract, larger, smaller };

struct BinaryKernel {
  using Step = Bits (*)(Bits);
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
    case Op::divide: return BinaryKernel{multiply, nullptr, rounded_reciprocal};
    case Op::div: return BinaryKernel{multiply, nullptr, cut_reciprocal};
    case Op::rsub: return BinaryKernel{add, negated};
    case Op::squared_difference: return BinaryKernel{subtract, nullptr, nullptr, squared};
    case Op::maximum: return BinaryKernel{larger};
    case Op::minimum: return BinaryKernel{smaller};
    case Op::eq: return BinaryKernel{subtract, nullptr, nullptr, eqz};
    case Op::ne: return BinaryKernel{subtract, nullptr, nullptr, nez};
    case Op::lt: return BinaryKernel{subtract, nullptr, nullptr, ltz};
    case Op::gt: return BinaryKernel{subtract, nullptr, nullptr, gtz};
    case Op::le: return BinaryKernel{subtract, nullptr, nullptr, lez};
    case Op::ge: return BinaryKernel{subtract, nullptr, nullptr, gez};
    case Op::logical_and: return BinaryKernel{multiply, nullptr, nullptr, nez};
    case Op::logical_or: return BinaryKernel{add, nez, nez, gtz};
    case Op::logical_xor: return BinaryKernel{subtract, nez, nez, nez};
    default: return std::nullopt;
  }
}

/// SFPSWAP: by sign and magnitude, so that a NaN is beyond all numbers of its sign.
constexpr bool is_below(Word x, Word y) {
  if (is_negative(x) != is_negative(y)) return is_negative(x);
  return is_negative(x) ? x > y : x < y;
}

/// A tensor's element and a number that stays fp32 on the vector unit; the store cuts. Nothing for an op that goes
/// through the matrix unit, or that the release does not run with a number.
/// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_unary_comp.h, ckernel_sfpu_binop_with_unary.h,
/// ckernel_sfpu_unary_max_min.h.
constexpr std::optional<Bits> with_number(Op op, Bits value, Word number) {
  const Word x = widen(value);
  const Word difference = sfpmad(x, 0x3f800000u, number ^ sign_mask);
  const Bits sign = store_to_bf16(difference);
  switch (op) {
    case Op::eq: return eqz(sign);
    case Op::ne: return nez(sign);
    case Op::lt: return ltz(sign);
    case Op::gt: return gtz(sign);
    case Op::le: return lez(sign);
    case Op::ge: return gez(sign);
    case Op::rsub: return pack_bf16(store_to_bf16(sfpmad(x, 0xbf800000u, number)));
    case Op::maximum: return pack_bf16(store_to_bf16(is_below(x, number) ? number : x));
    case Op::minimum: return pack_bf16(store_to_bf16(is_below(x, number) ? x : number));
    default: return std::nullopt;
  }
}

}  // namespace wattention::wormhole::kernels
