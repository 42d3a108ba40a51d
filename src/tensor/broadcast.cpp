#include "tensor/broadcast.h"

#include <algorithm>
#include <vector>

namespace wattention {
namespace {

// Counted from the right; 1 where the shape has no such dimension.
std::int64_t size_from_right(const Shape& shape, int place) {
  return place < shape.rank() ? shape[-1 - place] : 1;
}

}  // namespace

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  std::array<std::int64_t, Shape::max_rank> sizes{};
  for (int place = 0; place < rank; ++place) {
    const std::int64_t x = size_from_right(a, place), y = size_from_right(b, place);
    if (x != y && x != 1 && y != 1) return std::nullopt;
    sizes[static_cast<std::size_t>(rank - 1 - place)] = x == 1 ? y : x;
  }
  return Shape(std::span<const std::int64_t>(sizes.data(), static_cast<std::size_t>(rank)));
}

BroadcastReader::BroadcastReader(const Shape& operand, const Shape& result) {
  std::int64_t stride = 1;
  for (int place = 0; place < result.rank(); ++place) {
    const std::int64_t size = size_from_right(operand, place);
    const std::int64_t step = size == 1 ? 0 : stride;
    if (place == 0)
      step_ = step;
    else
      outer_[static_cast<std::size_t>(count_++)] = {result[-1 - place], step};
    stride *= size;
  }
}

std::int64_t BroadcastReader::row_offset(std::int64_t row) const {
  std::int64_t offset = 0;
  for (int i = 0; i < count_; ++i) {
    const Dimension& dimension = outer_[static_cast<std::size_t>(i)];
    offset += row % dimension.size * dimension.stride;
    row /= dimension.size;
  }
  return offset;
}

}  // namespace wattention
