// Two operands, element by element: tensors of one shape, or a tensor and a number.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {

// Equal shapes only: a release on the card reads past the end of a smaller second tensor, so no device broadcasts.
void check_binary(OpCall& call) {
  call.shape = call.a().shape();
  if (call.number) return;
  expect_same_dtype(call.name(), call.a(), call.b());
  expect(call.a().shape() == call.b().shape(),
         "[{}] expected tensors of equal shape; found {} and {}", call.name(), call.a().shape(),
         call.b().shape());
}

}  // namespace wattention
