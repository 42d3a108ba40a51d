#include <algorithm>
#include <array>

#include "backends/reference/families.h"

namespace wattention::reference {
namespace {

using Strides = std::array<std::int64_t, Shape::max_rank>;

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

// out[permuted index] = input[index]; `sizes` are the input's.
void permute(std::span<const std::int64_t> sizes, std::span<const int> dims, const double* input,
             double* out) {
  const Strides strides = output_strides(sizes, dims);
  Strides index{};
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

}  // namespace

void move(const OpCall& call, double* out) {
  const Tensor& input = call.a();
  if (call.attributes.dims)
    permute(input.shape().sizes(), *call.attributes.dims, values(input), out);
  else
    std::copy_n(values(input), input.numel(), out);
}

}  // namespace wattention::reference
