#pragma once
// What ops of three operands compute, once for all devices that compute by formula.
#include <cstdint>
#include <optional>

#include "device/op_call.h"
#include "tensor/broadcast.h"

namespace wattention {

/// An operand row by row under the result's shape, or a number in its place.
template <class Element, class Number>
class OperandRows {
 public:
  OperandRows(const Tensor* tensor, const std::optional<double>& number, const Shape& result)
      : values_(tensor == nullptr ? nullptr : tensor->values<Element>().data()),
        number_(static_cast<Number>(number.value_or(0))),
        reader_(tensor == nullptr ? result : tensor->shape(), result) {}

  void begin(std::int64_t row) { offset_ = reader_.row_offset(row); }
  Number operator[](std::int64_t i) const {
    return values_ == nullptr ? number_
                              : static_cast<Number>(values_[offset_ + i * reader_.step()]);
  }

 private:
  const Element* values_;
  Number number_;
  BroadcastReader reader_;
  std::int64_t offset_ = 0;
};

/// Rows [begin, end) of the result, in `Number`'s arithmetic, each element rounded once.
template <class Number, class Element>
void ternary_rows(const OpCall& call, Element* out, std::int64_t begin, std::int64_t end) {
  const OpAttributes& attributes = call.attributes;
  OperandRows<Element, Number> a(call.operand(0), {}, call.shape),
      b(call.operand(1), attributes.true_value, call.shape),
      c(call.operand(2), attributes.false_value, call.shape);
  const auto factor = static_cast<Number>(attributes.value.value_or(1));
  const std::int64_t width = call.shape.rank() > 0 ? call.shape[-1] : 1;
  for (std::int64_t row = begin; row < end; ++row) {
    a.begin(row);
    b.begin(row);
    c.begin(row);
    for (std::int64_t i = 0; i < width; ++i)
      out[row * width + i] =
          Element(call.op == Op::where ? (a[i] != 0 ? b[i] : c[i]) : a[i] + factor * b[i] * c[i]);
  }
}

}  // namespace wattention
