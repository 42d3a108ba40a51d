#pragma once
// An op as a value: what ops hand to a device once they have checked it.
#include <wattention/error.h>
#include <wattention/op_table.h>

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "tensor/strided_copy.h"

namespace wattention {

/// ops has checked: operands as the row wants them, defined, not empty but for moves and attention, on this one open
/// device, of one dtype but for ids and masks, with shapes that fit; attributes that the row has, with dimensions from
/// 0 up. Nobody checks that again.
struct OpCall {
  Op op;
  std::vector<Tensor> tensors;
  std::optional<double> number;  ///< in b's place
  OpAttributes attributes;
  Shape shape;  ///< of the result, or of each
  /// Of family move: what goes where, in the operands' and the result's elements in C order.
  MovePlan plan = {};
  /// Bit i: the row's operand i was left out though a later one is there. `tensors` has no gaps.
  std::uint32_t left_out = 0;

  const OpRow& row() const { return row_of(op); }
  std::string_view name() const { return row().name; }
  const Tensor& a() const { return tensors.front(); }
  const Tensor& b() const { return tensors[1]; }
  /// The row's operand of this place; null where it was left out.
  const Tensor* operand(int place) const {
    if (left_out >> place & 1) return nullptr;
    const std::uint32_t gaps = left_out & ((std::uint32_t{1} << place) - 1);
    const std::size_t index = static_cast<std::size_t>(place - std::popcount(gaps));
    return index < tensors.size() ? &tensors[index] : nullptr;
  }
  const Tensor* third() const { return operand(2); }
};

/// The result is the first operand, written over.
inline bool is_in_place(const OpCall& call) {
  return call.plan.in_place || call.attributes.in_place.value_or(false) || call.op == Op::plus_one;
}

/// The call of its activation on the result of a product; nothing where it has none.
inline std::optional<OpCall> activation_of(const OpCall& product, const Tensor& result) {
  const std::optional<Activation>& activation = product.attributes.activation;
  if (!activation) return std::nullopt;
  OpCall call{activation->op, {result}, {}, {}, product.shape};
  if (activation->approximate) call.attributes.fast_and_approximate_mode = true;
  return call;
}

/// Why a device does not run a call.
struct Refusal {
  ErrorKind kind;
  std::string sentence;
};

template <class... Args>
Refusal refuse(ErrorKind kind, fmt::format_string<Args...> sentence, Args&&... args) {
  return {kind, fmt::format(sentence, std::forward<Args>(args)...)};
}

}  // namespace wattention
