#include <array>

#include "backends/reference/loops.h"

namespace wattention::reference {
namespace {

constexpr std::size_t max_rank = 8;
using Strides = std::array<std::int64_t, max_rank>;

// Stride, in the output, of each input dimension.
Strides output_strides(std::span<const std::int64_t> sizes, std::span<const int> dims) {
  Strides strides{};
  std::int64_t stride = 1;
  for (std::size_t d = dims.size(); d-- > 0;) {
    const auto source = static_cast<std::size_t>(dims[d]);
    strides[source] = stride;
    stride *= sizes[source];
  }
  return strides;
}

}  // namespace

void permute(std::span<const std::int64_t> sizes, std::span<const int> dims, const double* input,
             double* out) {
  const Strides strides = output_strides(sizes, dims);
  std::array<std::int64_t, max_rank> index{};
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t target = 0;
    for (std::size_t d = 0; d < sizes.size(); ++d) target += index[d] * strides[d];
    out[target] = input[i];
    for (std::size_t d = sizes.size(); d-- > 0;) {
      if (++index[d] < sizes[d]) break;
      index[d] = 0;
    }
  }
}

}  // namespace wattention::reference
