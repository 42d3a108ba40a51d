// Two operands, element by element: tensors whose shapes broadcast, or a tensor and a number.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/broadcast.h"
#include "tensor/shape_formatter.h"

namespace wattention {

void check_binary(OpCall& call) {
  call.shape = call.a().shape();
  expect_integers(call);
  expect_result_dtype(call);
  if (call.number) return;
  expect_same_dtype(call.name(), call.a(), call.b());
  if (call.a().shape() == call.b().shape()) return;
  const std::optional<Shape> shape = broadcast_shape(call.a().shape(), call.b().shape());
  expect(shape.has_value(),
         "[{}] expected tensors of equal shape, or sizes of 1 where they differ; found {} and {}",
         call.name(), call.a().shape(), call.b().shape());
  call.shape = *shape;
}

}  // namespace wattention
