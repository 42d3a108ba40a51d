// Ops along one dimension that keep the shape.
#include "ops/families.h"
#include "tensor/shape_formatter.h"

namespace wattention {

void check_softmax(OpCall& call) {
  const int rank = call.a().rank();
  expect(rank >= 1, "[{}] expected at least 1 dimension; found shape {}", call.name(),
         call.a().shape());
  const int dim = call.attributes.dim.value_or(-1);
  expect(dim >= -rank && dim < rank, "[{}] expected a dimension in [{}, {}); found {}", call.name(),
         -rank, rank, dim);
  call.attributes.dim = dim < 0 ? dim + rank : dim;
  call.shape = call.a().shape();
}

}  // namespace wattention
