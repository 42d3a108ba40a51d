// Ops along one dimension that keep the shape.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {

namespace {

// Before the last two dimensions 1, the input's batch first or not, or the input's own.
bool is_for_batches(const Tensor& mask, const Tensor& input, bool own) {
  for (int dim = 0; dim < input.rank() - 2; ++dim)
    if (mask.size(dim) != (dim == 0 || own ? input.size(dim) : 1)) return false;
  return true;
}

// A program of the caller's takes causal masks of other batches and of a part of the rows, over and over, and rows in
// pieces of 32.
bool fits_a_program(const OpCall& call, const Tensor& mask) {
  constexpr std::int64_t piece = 32;
  const Tensor& input = call.a();
  if (!call.attributes.causal.value_or(false))
    return mask.layout() == Layout::row_major && mask.size(-1) == piece &&
           mask.size(-2) * piece == input.size(-1) && is_for_batches(mask, input, false);
  const bool one_for_all = mask.numel() == mask.size(-1) * mask.size(-2);
  return mask.size(-1) == input.size(-1) && input.size(-2) % mask.size(-2) == 0 &&
         (one_for_all || is_for_batches(mask, input, false) || is_for_batches(mask, input, true));
}

// [batch, 1, ..., rows, width]: the first row for all of a batch's rows, or a row for each.
void expect_mask(const OpCall& call, const Tensor& mask) {
  const Tensor& input = call.a();
  const bool causal = call.attributes.causal.value_or(false);
  const bool alike = input.rank() >= 2 && mask.rank() == input.rank();
  const bool fits =
      alike && ((call.attributes.program && fits_a_program(call, mask)) ||
                (mask.size(-1) == input.size(-1) && (!causal || mask.size(-2) == input.size(-2)) &&
                 is_for_batches(mask, input, false)));
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
