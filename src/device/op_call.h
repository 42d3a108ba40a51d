#pragma once
// An op as a value: what ops hand to a device once they have checked it.
#include <wattention/error.h>
#include <wattention/op_table.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "tensor/strided_copy.h"

namespace wattention {

/// ops has checked: operands as the row wants them, defined, not empty but for moves, on this one open device, of one
/// dtype but for ids, with shapes that fit; attributes that the row has, with dimensions from 0 up. Nobody checks that
/// again.
struct OpCall {
  Op op;
  std::vector<Tensor> tensors;
  std::optional<double> number;  ///< in b's place
  OpAttributes attributes;
  Shape shape;  ///< of the result, or of each
  /// Of family move: what goes where, in the operands' and the result's elements in C order.
  MovePlan plan = {};

  const OpRow& row() const { return row_of(op); }
  std::string_view name() const { return row().name; }
  const Tensor& a() const { return tensors.front(); }
  const Tensor& b() const { return tensors[1]; }
  /// The third tensor of an op that may have one; null where it has not.
  const Tensor* third() const { return tensors.size() > 2 ? &tensors[2] : nullptr; }
};

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
