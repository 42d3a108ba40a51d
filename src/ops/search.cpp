// Where the largest elements lie: argmax, topk.
#include <algorithm>
#include <array>

#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

int wrapped_dim(const OpCall& call, int dim) {
  const int rank = call.a().rank();
  expect(dim >= -rank && dim < rank, "[{}] expected a dimension in [{}, {}); found {}", call.name(),
         -rank, rank, dim);
  return dim < 0 ? dim + rank : dim;
}

// Without a dimension the place among all elements.
void check_argmax(OpCall& call) {
  const Shape& shape = call.a().shape();
  const bool keepdim = call.attributes.keepdim.value_or(false);
  std::array<int, Dims::max_count> dims{};
  std::size_t count = 0;
  if (call.attributes.dim) {
    call.attributes.dim = wrapped_dim(call, *call.attributes.dim);
    dims[count++] = *call.attributes.dim;
  } else {
    for (int dim = 0; dim < shape.rank(); ++dim) dims[count++] = dim;
  }
  call.shape = reduced_shape(shape, Dims(std::span<const int>(dims).first(count)), keepdim);
}

void check_topk(OpCall& call) {
  const int dim = wrapped_dim(call, call.attributes.dim.value_or(-1));
  const std::int64_t k = call.attributes.k.value_or(1), size = call.a().size(dim);
  expect(k >= 1 && k <= size, "[topk] expected k from 1 to {}, the size of dimension {}; found {}",
         size, dim, k);
  call.attributes.dim = dim;
  std::array<std::int64_t, Shape::max_rank> sizes{};
  std::ranges::copy(call.a().shape().sizes(), sizes.begin());
  sizes[static_cast<std::size_t>(dim)] = k;
  call.shape =
      Shape(std::span<const std::int64_t>(sizes).first(static_cast<std::size_t>(call.a().rank())));
}

}  // namespace

void check_search(OpCall& call) {
  call.op == Op::argmax ? check_argmax(call) : check_topk(call);
}

}  // namespace wattention
