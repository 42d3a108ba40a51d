#include "tensor/reduced.h"

#include <algorithm>

#include "tensor/strided_copy.h"

namespace wattention {
namespace {

bool contains(const Dims& dims, int dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

// Offsets of all elements over the dimensions that are in `dims`, or that are not.
std::vector<std::int64_t> offsets_over(const Shape& shape, const Dims& dims, bool in_dims) {
  std::vector<std::int64_t> offsets{0};
  const Strides strides = strides_of(shape);
  for (int dim = 0; dim < shape.rank(); ++dim) {
    if (contains(dims, dim) != in_dims) continue;
    const std::int64_t stride = strides[static_cast<std::size_t>(dim)];
    std::vector<std::int64_t> next;
    next.reserve(offsets.size() * static_cast<std::size_t>(shape[dim]));
    for (const std::int64_t offset : offsets)
      for (std::int64_t i = 0; i < shape[dim]; ++i) next.push_back(offset + i * stride);
    offsets.swap(next);
  }
  return offsets;
}

}  // namespace

ReducedElements::ReducedElements(const Shape& shape, const Dims& dims)
    : starts_(offsets_over(shape, dims, false)), steps_(offsets_over(shape, dims, true)) {}

Shape reduced_shape(const Shape& shape, const Dims& dims, bool keepdim) {
  std::vector<std::int64_t> sizes;
  for (int dim = 0; dim < shape.rank(); ++dim)
    if (!contains(dims, dim))
      sizes.push_back(shape[dim]);
    else if (keepdim)
      sizes.push_back(1);
  return Shape(std::span<const std::int64_t>(sizes));
}

}  // namespace wattention
