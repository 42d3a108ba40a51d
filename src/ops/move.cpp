// Ops that move elements and compute nothing. transpose and permute reach a device as an order of dimensions.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

Dims counted(int rank) {
  std::array<int, Dims::max_count> dims{};
  std::iota(dims.begin(), dims.end(), 0);
  return Dims(std::span(dims).first(static_cast<std::size_t>(rank)));
}

// Non-negative, each exactly once; unset: reversed, which for a matrix is its transpose.
Dims checked_order(const OpCall& call) {
  const Tensor& input = call.a();
  if (!call.attributes.dims) {
    Dims reversed = counted(input.rank());
    std::ranges::reverse(reversed);
    return reversed;
  }
  Dims order = *call.attributes.dims;
  expect(
      static_cast<int>(order.size()) == input.rank(),
      "[permute] expected the number of dimensions in the tensor input to match the length of the "
      "desired ordering; found {} and {}",
      input.rank(), order.size());
  unsigned seen = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const int dim = order[i] < 0 ? order[i] + input.rank() : order[i];
    expect(dim >= 0 && dim < input.rank() && (seen >> dim & 1u) == 0,
           "[permute] expected each dimension of shape {} once; found {} at position {}",
           input.shape(), order[i], i);
    seen |= 1u << dim;
    order[i] = dim;
  }
  return order;
}

Dims swapped_sides(const OpCall& call) {
  expect_rank(call.name(), call.a(), 2);
  Dims order = counted(call.a().rank());
  std::swap(order[order.size() - 2], order[order.size() - 1]);
  return order;
}

void reorder(OpCall& call, const Dims& order) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(order.size());
  for (const int dim : order) sizes.push_back(call.a().size(dim));
  call.shape = Shape(std::span<const std::int64_t>(sizes));
  call.attributes.dims = order;
}

void check_reshape(OpCall& call) {
  const Tensor& input = call.a();
  expect(call.attributes.shape.has_value(), "[reshape] expected a new shape for {}; found none",
         input.shape());
  call.shape = *call.attributes.shape;
  expect(input.numel() == call.shape.numel(),
         "[reshape] expected {} elements as in shape {}; found shape {}", input.numel(),
         input.shape(), call.shape);
}

void check_layout(OpCall& call) {
  expect(call.attributes.layout.has_value(),
         "[to_layout] expected layout row_major or tile; found none");
  call.shape = call.a().shape();
}

}  // namespace

void check_move(OpCall& call) {
  if (call.op == Op::transpose) return reorder(call, swapped_sides(call));
  if (call.op == Op::permute) return reorder(call, checked_order(call));
  if (call.op == Op::reshape) return check_reshape(call);
  check_layout(call);
}

}  // namespace wattention
