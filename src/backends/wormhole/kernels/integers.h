#pragma once
// int32 in the vector unit. With two tensors the bits are loaded as they are; beside a number the compiler loads sign
// and magnitude, and the operation sees those bits.
// Source: tt-llk 7343d48f, ckernel_sfpu_{add,sub}_int32.h, _binary_bitwise.h, _shift.h; tt-metal v0.57.0-rc71,
// hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_bitwise_*.h, _left_shift.h, _right_shift.h, _abs.h,
// _comp.h; sfpi v6.9.0, wormhole/sfpi_imp.h.
#include <wattention/op_table.h>

#include "backends/wormhole/kernels/typecast.h"

namespace wattention::wormhole::kernels {

/// SFPSHFT: up by a positive count, down by a negative one, modulo 32.
constexpr Word shift_logically(Word value, Word count) {
  const Word up = value << (count & 31u), down = value >> ((0u - count) & 31u);
  return is_negative(count) ? down : up;
}

/// What two tensors make: nothing is left where the count is no place of a word.
constexpr Word shift_left(Word a, Word b) {
  return is_negative(b) || b >= 32 ? 0 : a << b;
}
/// Without a branch: signs come in any order.
constexpr Word shift_right(Word a, Word b) {
  const Word fills = is_negative(a) & !is_negative(b) & (b != 0);
  return shift_logically(a, 0u - b) | ((0u - fills) & shift_logically(~Word{0}, 32u - b));
}

/// Loaded and stored as sign and magnitude.
template <class Function>
constexpr Word on_magnitude(Word value, Function function) {
  return store_signed(function(load_signed(value)));
}

/// (|x| - 1) / 2^count + 1 for a negative x, so that it rounds down.
constexpr Word shift_magnitude_right(Word value, Word count) {
  const auto down = [count](Word bits) { return bits >> (count & 31u); };
  if (!is_negative(value)) return down(value);
  return sign_mask | ((down((value - 1) & ~sign_mask) + 1) & ~sign_mask);
}

using IntegerFunction = Word (*)(Word a, Word b);

/// Of two int32 tensors; null where the release computes none, or by the matrix unit, which knows no integers.
constexpr IntegerFunction integer_function(Op op) {
  switch (op) {
    case Op::add: return [](Word a, Word b) { return a + b; };
    case Op::subtract: return [](Word a, Word b) { return a - b; };
    case Op::bitwise_and: return [](Word a, Word b) { return a & b; };
    case Op::bitwise_or: return [](Word a, Word b) { return a | b; };
    case Op::bitwise_xor: return [](Word a, Word b) { return a ^ b; };
    case Op::bitwise_left_shift: return shift_left;
    case Op::bitwise_right_shift: return shift_right;
    default: return nullptr;
  }
}

/// Of an int32 tensor and a number.
constexpr IntegerFunction integer_function_by_number(Op op) {
  switch (op) {
    case Op::bitwise_and:
      return [](Word a, Word b) { return on_magnitude(a, [b](Word bits) { return bits & b; }); };
    case Op::bitwise_or:
      return [](Word a, Word b) { return on_magnitude(a, [b](Word bits) { return bits | b; }); };
    case Op::bitwise_xor:
      return [](Word a, Word b) { return on_magnitude(a, [b](Word bits) { return bits ^ b; }); };
    case Op::bitwise_left_shift: return shift_logically;
    case Op::ne: return [](Word a, Word b) { return Word{a != b}; };
    case Op::bitwise_right_shift:
      return [](Word a, Word b) {
        return on_magnitude(a, [b](Word bits) { return shift_magnitude_right(bits, b); });
      };
    default: return nullptr;
  }
}

/// Of one int32 tensor.
constexpr IntegerFunction integer_function_alone(Op op) {
  switch (op) {
    case Op::bitwise_not: return [](Word a, Word) { return ~a; };
    case Op::eqz: return [](Word a, Word) { return Word{a == 0}; };
    case Op::abs: return [](Word a, Word) { return is_negative(a) ? 0u - a : a; };
    default: return nullptr;
  }
}

}  // namespace wattention::wormhole::kernels
