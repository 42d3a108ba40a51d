#include <wattention/dims.h>
#include <wattention/tensor.h>

#include <algorithm>

#include "base/fail.h"

namespace wattention {
namespace {

// Keeps every byte count and index product of a tensor inside int64.
constexpr std::int64_t max_numel = std::int64_t{1} << 58;

}  // namespace

static_assert(Dims::max_count == Shape::max_rank);

Dims::Dims(std::span<const int> dims) {
  expect(dims.size() <= max_count, "[dims] expected at most {} dimensions; found {}", max_count,
         dims.size());
  std::ranges::copy(dims, dims_.begin());
  count_ = static_cast<std::uint8_t>(dims.size());
}

Shape::Shape(std::initializer_list<std::int64_t> sizes)
    : Shape(std::span<const std::int64_t>(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const std::int64_t> sizes) {
  expect(sizes.size() <= max_rank, "[shape] expected at most {} dimensions; found {}", max_rank,
         sizes.size());
  std::int64_t numel = 1;
  for (const std::int64_t size : sizes) {
    expect(size >= 0, "[shape] expected sizes of at least 0; found {}", size);
    if (size > 0 && numel > max_numel / size)
      fail(ErrorKind::bad_input, "[shape] expected at most 2^58 elements; found shape [{}]",
           fmt::join(sizes, ", "));
    numel *= std::max<std::int64_t>(size, 1);
    sizes_[static_cast<size_t>(rank_++)] = size;
  }
}

std::int64_t Shape::operator[](int dim) const {
  const int index = dim < 0 ? dim + rank_ : dim;
  expect(index >= 0 && index < rank_, "[shape] expected a dimension in [{}, {}); found {}", -rank_,
         rank_, dim);
  return sizes_[static_cast<size_t>(index)];
}

std::int64_t Shape::numel() const {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes()) product *= size;
  return product;
}

std::string Shape::text() const {
  return fmt::format("[{}]", fmt::join(sizes(), ", "));
}

bool operator==(const Shape& a, const Shape& b) {
  return std::ranges::equal(a.sizes(), b.sizes());
}

}  // namespace wattention
