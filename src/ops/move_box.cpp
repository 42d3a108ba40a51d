// Moves along dimensions: parts of a tensor, tensors side by side, values around, copies in a row.
#include <algorithm>
#include <array>

#include "ops/move.h"

namespace wattention {
namespace {

using Sizes = std::array<std::int64_t, Shape::max_rank>;

Shape shape_of(const Sizes& sizes, int rank) {
  return Shape(std::span<const std::int64_t>(sizes).first(static_cast<std::size_t>(rank)));
}

Sizes sizes_of(const Shape& shape) {
  Sizes sizes{};
  std::ranges::copy(shape.sizes(), sizes.begin());
  return sizes;
}

// One dimension of a slice, with negative places counted from the end.
struct Range {
  int begin, end, step;

  std::int64_t size() const { return (end - begin + step - 1) / step; }
};

Range checked_range(const OpCall& call, int dim, const Range& given) {
  const auto size = static_cast<int>(call.a().size(dim));
  const auto wrapped = [&](int place) { return place < 0 ? place + size : place; };
  const Range range{wrapped(given.begin), wrapped(given.end), given.step};
  expect(range.step > 0, "[slice] expected a positive step; found {} in dimension {}", range.step,
         dim);
  expect(range.begin >= 0 && range.begin <= size,
         "[slice] expected a begin in [{}, {}] in dimension {}; found {}", -size, size, dim,
         given.begin);
  expect(
      range.end >= 0 && range.end <= size,
      "[slice] expected an end in [{}, {}] in dimension {}; found {}. Ends {} must be less than or "
      "equal to the shape of the tensor {}",
      -size, size, dim, given.end, range.end, size);
  expect(
      range.end >= range.begin,
      "[slice] expected an end from the begin on in dimension {}; found {} and {}. End {} must be "
      "greater than or equal to start {}",
      dim, range.end, range.begin, range.end, range.begin);
  return range;
}

// The sizes of the whole: each dimension's own, and along `dim` the sum.
Shape joined_shape(const OpCall& call, int dim) {
  Sizes sizes = sizes_of(call.a().shape());
  sizes[static_cast<std::size_t>(dim)] = 0;
  for (const Tensor& tensor : call.tensors) {
    bool fits = tensor.rank() == call.a().rank();
    for (int d = 0; fits && d < tensor.rank(); ++d)
      fits = d == dim || tensor.size(d) == call.a().size(d);
    expect(fits,
           "[concat] expected shapes that differ in dimension {} only; found {} and {}. All "
           "dimensions must be the same size except for the dimension along which the contenation "
           "is taking place.",
           dim, call.a().shape(), tensor.shape());
    expect_same_dtype(call.name(), call.a(), tensor);
    sizes[static_cast<std::size_t>(dim)] += tensor.size(dim);
  }
  return shape_of(sizes, call.a().rank());
}

// The input under a shape with as many dimensions as there are repetitions, and these with as many as the input has.
struct Repeated {
  Shape shape;
  Dims repeats;
};

Repeated checked_repeats(const OpCall& call) {
  Dims given = call.attributes.repeats.value_or(Dims{});
  const int rank = call.a().rank(), count = static_cast<int>(given.size());
  const int whole = std::max(rank, count);
  std::array<int, Dims::max_count> repeats{};
  repeats.fill(1);
  std::ranges::copy(given, repeats.begin() + whole - count);
  for (const int times : given)
    expect(times > 0, "[{}] expected repetitions of at least 1; found {}", call.name(), times);
  Sizes sizes{};
  sizes.fill(1);
  std::ranges::copy(call.a().shape().sizes(), sizes.begin() + whole - rank);
  return {shape_of(sizes, whole),
          Dims(std::span<const int>(repeats).first(static_cast<std::size_t>(whole)))};
}

Shape multiplied(const Repeated& input) {
  Sizes sizes{};
  for (int dim = 0; dim < input.shape.rank(); ++dim)
    sizes[static_cast<std::size_t>(dim)] =
        input.shape[dim] * input.repeats[static_cast<std::size_t>(dim)];
  return shape_of(sizes, input.shape.rank());
}

}  // namespace

void plan_slice(OpCall& call) {
  const Shape& shape = call.a().shape();
  const int rank = shape.rank();
  const Dims begins = per_dimension(call, call.attributes.begins, "begins", 0);
  const Dims steps = per_dimension(call, call.attributes.steps, "steps", 1);
  Dims ends = per_dimension(call, call.attributes.ends, "ends", 0);
  for (int dim = 0; !call.attributes.ends && dim < rank; ++dim)
    ends[static_cast<std::size_t>(dim)] = static_cast<int>(shape[dim]);
  std::array<Range, Shape::max_rank> ranges{};
  Sizes sizes{};
  for (std::size_t dim = 0; dim < begins.size(); ++dim) {
    ranges[dim] = checked_range(call, static_cast<int>(dim), {begins[dim], ends[dim], steps[dim]});
    sizes[dim] = ranges[dim].size();
  }
  call.shape = shape_of(sizes, rank);
  const Strides from = strides_of(shape), to = strides_of(call.shape);
  StridedBox& box = call.plan.boxes.emplace_back();
  Dims &checked_begins = call.attributes.begins.emplace(begins),
       &checked_ends = call.attributes.ends.emplace(ends);
  call.attributes.steps = steps;
  for (std::size_t dim = 0; dim < begins.size(); ++dim) {
    checked_begins[dim] = ranges[dim].begin;
    checked_ends[dim] = ranges[dim].end;
    box.source_offset += ranges[dim].begin * from[dim];
    box.add(sizes[dim], ranges[dim].step * from[dim], to[dim]);
  }
}

void plan_concat(OpCall& call) {
  const int dim = checked_dim(call, call.attributes.dim.value_or(0), call.a().shape());
  call.attributes.dim = dim;
  call.shape = joined_shape(call, dim);
  const Strides to = strides_of(call.shape);
  std::int64_t before = 0;
  for (std::size_t i = 0; i < call.tensors.size(); ++i) {
    const Tensor& tensor = call.tensors[i];
    const Strides from = strides_of(tensor.shape());
    StridedBox& box = call.plan.boxes.emplace_back();
    box.operand = i;
    box.destination_offset = before * to[static_cast<std::size_t>(dim)];
    for (int d = 0; d < tensor.rank(); ++d)
      box.add(tensor.size(d), from[static_cast<std::size_t>(d)], to[static_cast<std::size_t>(d)]);
    before += tensor.size(dim);
  }
}

void plan_pad(OpCall& call) {
  const Shape& shape = call.a().shape();
  const Dims before = per_dimension(call, call.attributes.before, "before", 0);
  const Dims after = per_dimension(call, call.attributes.after, "after", 0);
  Sizes sizes = sizes_of(shape);
  for (std::size_t dim = 0; dim < before.size(); ++dim) {
    expect(before[dim] >= 0 && after[dim] >= 0,
           "[pad] expected no negative padding; found {} and {} in dimension {}", before[dim],
           after[dim], dim);
    sizes[dim] += std::int64_t{before[dim]} + after[dim];
  }
  call.shape = shape_of(sizes, shape.rank());
  call.attributes.before = before;
  call.attributes.after = after;
  call.plan.fill = call.attributes.value.value_or(0);
  const Strides from = strides_of(shape), to = strides_of(call.shape);
  StridedBox& box = call.plan.boxes.emplace_back();
  for (std::size_t dim = 0; dim < before.size(); ++dim) {
    box.destination_offset += before[dim] * to[dim];
    box.add(shape[static_cast<int>(dim)], from[dim], to[dim]);
  }
}

void plan_repeat(OpCall& call) {
  const Repeated input = checked_repeats(call);
  call.shape = multiplied(input);
  call.attributes.repeats = input.repeats;
  const Strides from = strides_of(input.shape), to = strides_of(call.shape);
  StridedBox& box = call.plan.boxes.emplace_back();
  for (std::size_t dim = 0; dim < input.repeats.size(); ++dim) {
    const std::int64_t size = input.shape[static_cast<int>(dim)];
    box.add(input.repeats[dim], 0, size * to[dim]);
    box.add(size, from[dim], to[dim]);
  }
}

void plan_repeat_interleave(OpCall& call) {
  const Repeated input = checked_repeats(call);
  call.shape = multiplied(input);
  call.attributes.repeats = input.repeats;
  const Strides from = strides_of(input.shape), to = strides_of(call.shape);
  StridedBox& box = call.plan.boxes.emplace_back();
  for (std::size_t dim = 0; dim < input.repeats.size(); ++dim) {
    box.add(input.shape[static_cast<int>(dim)], from[dim], input.repeats[dim] * to[dim]);
    box.add(input.repeats[dim], 0, to[dim]);
  }
}

void plan_full_like(OpCall& call) {
  call.shape = call.a().shape();
  call.plan.fill = call.attributes.value.value_or(0);
}

}  // namespace wattention
