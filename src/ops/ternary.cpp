// Three operands, element by element: tensors whose shapes broadcast, of which numbers may stand for two.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/broadcast.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

void expect_tensor_or_number(const OpCall& call, int place, const std::optional<double>& number,
                             std::string_view name) {
  const bool tensor = call.operand(place) != nullptr;
  expect(tensor != number.has_value(), "[{}] expected {} or {}; found {}", call.name(),
         call.row().operand_names()[static_cast<std::size_t>(place)], name,
         tensor ? "both" : "neither");
}

}  // namespace

void check_ternary(OpCall& call) {
  if (call.op == Op::where) {
    expect_tensor_or_number(call, 1, call.attributes.true_value, "true_value");
    expect_tensor_or_number(call, 2, call.attributes.false_value, "false_value");
  }
  call.shape = call.a().shape();
  for (const Tensor& tensor : call.tensors) {
    expect_same_dtype(call.name(), call.a(), tensor);
    const std::optional<Shape> shape = broadcast_shape(call.shape, tensor.shape());
    expect(shape.has_value(),
           "[{}] expected tensors of equal shape, or sizes of 1 where they differ; found {} and {}",
           call.name(), call.shape, tensor.shape());
    call.shape = *shape;
  }
}

}  // namespace wattention
