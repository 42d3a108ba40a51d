// Ops along one dimension that keep the shape.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {

namespace {

// One matrix for all, or for each.
bool is_for_all_or_each(const Tensor& mask, const Tensor& input) {
  const std::int64_t matrix = mask.size(-1) * mask.size(-2);
  return mask.numel() == matrix || mask.shape() == input.shape();
}

// [batch, 1, ..., rows, width]: the first row for all of a batch's rows, or a row for each. A program of the caller's
// takes causal masks of other batches, too.
void expect_mask(const OpCall& call, const Tensor& mask) {
  const Tensor& input = call.a();
  const int rank = input.rank();
  const bool causal = call.attributes.causal.value_or(false);
  bool fits = rank >= 2 && mask.rank() == rank && mask.size(-1) == input.size(-1) &&
              (!causal || mask.size(-2) == input.size(-2));
  const bool of_program =
      fits && causal && call.attributes.program && is_for_all_or_each(mask, input);
  for (int dim = 0; fits && !of_program && dim < rank - 2; ++dim)
    fits = mask.size(dim) == (dim == 0 ? input.size(0) : 1);
  expect(fits,
         "[{}] expected a mask of the input's batch and width, 1 between and {}; found {} and {}",
         call.name(), causal ? "its rows" : "a row", input.shape(), mask.shape());
  expect_same_dtype(call.name(), input, mask);
}

}  // namespace

void check_softmax(OpCall& call) {
  const int rank = call.a().rank();
  expect(rank >= 1, "[{}] expected at least 1 dimension; found shape {}", call.name(),
         call.a().shape());
  const int dim = call.attributes.dim.value_or(-1);
  expect(dim >= -rank && dim < rank, "[{}] expected a dimension in [{}, {}); found {}", call.name(),
         -rank, rank, dim);
  call.attributes.dim = dim < 0 ? dim + rank : dim;
  call.shape = call.a().shape();
  if (const Tensor* mask = call.operand(1)) expect_mask(call, *mask);
}

}  // namespace wattention
