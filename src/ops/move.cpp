// Moves that keep the number of elements, and what all moves share. transpose and permute reach a device as an order of
// dimensions, too.
#include "ops/move.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "ops/families.h"

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
  std::array<std::int64_t, Shape::max_rank> sizes{};
  for (std::size_t i = 0; i < order.size(); ++i) sizes[i] = call.a().size(order[i]);
  call.shape = Shape(std::span<const std::int64_t>(sizes).first(order.size()));
  call.attributes.dims = order;
  call.plan.boxes.push_back(
      reordered_box(call.a().shape(), std::span(order.begin(), order.size())));
}

void keep_order(OpCall& call) {
  call.plan.boxes.push_back(unmoved_box(call.shape));
}

}  // namespace

void plan_transpose(OpCall& call) {
  reorder(call, swapped_sides(call));
}

void plan_permute(OpCall& call) {
  reorder(call, checked_order(call));
}

void plan_reshape(OpCall& call) {
  const Tensor& input = call.a();
  expect(call.attributes.shape.has_value(), "[reshape] expected a new shape for {}; found none",
         input.shape());
  call.shape = *call.attributes.shape;
  expect(input.numel() == call.shape.numel(),
         "[reshape] expected {} elements as in shape {}; found shape {}", input.numel(),
         input.shape(), call.shape);
  keep_order(call);
}

void plan_to_layout(OpCall& call) {
  expect(call.attributes.layout.has_value(),
         "[to_layout] expected layout row_major or tile; found none");
  call.shape = call.a().shape();
  call.plan.fill = call.attributes.value;
  keep_order(call);
}

void plan_clone(OpCall& call) {
  call.shape = call.a().shape();
  keep_order(call);
}

Dims per_dimension(const OpCall& call, const std::optional<Dims>& given, std::string_view name,
                   int unset) {
  const int rank = call.a().rank();
  if (given) {
    expect(static_cast<int>(given->size()) == rank,
           "[{}] expected {} with a number for each dimension of shape {}; found {}", call.name(),
           name, call.a().shape(), given->size());
    return *given;
  }
  Dims all = counted(rank);
  std::ranges::fill(all, unset);
  return all;
}

int checked_dim(const OpCall& call, int dim, const Shape& shape) {
  const int rank = shape.rank();
  expect(
      dim >= -rank && dim < rank,
      "[{}] expected a dimension in [{}, {}); found {}. Dimension out of range: dim {} cannot be "
      "used for tensors of rank {}",
      call.name(), -rank, rank, dim, dim, rank);
  return dim < 0 ? dim + rank : dim;
}

namespace {

void plan_move(OpCall& call) {
  switch (call.op) {
    case Op::transpose: return plan_transpose(call);
    case Op::permute: return plan_permute(call);
    case Op::reshape: return plan_reshape(call);
    case Op::to_layout: return plan_to_layout(call);
    case Op::to_memory: return plan_clone(call);
    case Op::slice: return plan_slice(call);
    case Op::concat: return plan_concat(call);
    case Op::pad: return plan_pad(call);
    case Op::repeat: return plan_repeat(call);
    case Op::repeat_interleave: return plan_repeat_interleave(call);
    case Op::full_like: return plan_full_like(call);
    case Op::clone: return plan_clone(call);
    case Op::split_heads: return plan_split_heads(call);
    case Op::concatenate_heads: return plan_concatenate_heads(call);
    case Op::fill_cache: return plan_fill_cache(call);
    case Op::update_cache: return plan_update_cache(call);
    default: fail(ErrorKind::unsupported, "[{}] expected a plan; found none", call.name());
  }
}

}  // namespace

void check_move(OpCall& call) {
  plan_move(call);
  if (!call.plan.fill || !is_integer(call.a().dtype())) return;
  expect(*call.plan.fill >= -0x1p31 && *call.plan.fill < 0x1p32,
         "[{}] expected a value of at most 32 bits for {}; found {}", call.name(),
         to_string(call.a().dtype()), *call.plan.fill);
}

}  // namespace wattention
