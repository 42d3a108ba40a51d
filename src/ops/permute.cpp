#include <wattention/ops.h>

#include <array>
#include <numeric>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"

namespace wattention {
namespace {

using Dims = std::array<int, Shape::max_rank>;

// Non-negative dims, each exactly once.
Dims checked_dims(const Tensor& input, std::span<const int> dims) {
  expect(
      static_cast<int>(dims.size()) == input.rank(),
      "[permute] expected the number of dimensions in the tensor input to match the length of the "
      "desired ordering; found {} and {}",
      input.rank(), dims.size());
  Dims order{};
  unsigned seen = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const int dim = dims[i] < 0 ? dims[i] + input.rank() : dims[i];
    expect(dim >= 0 && dim < input.rank() && (seen >> dim & 1u) == 0,
           "[permute] expected each dimension of shape {} once; found {} at position {}",
           input.shape().text(), dims[i], i);
    seen |= 1u << dim;
    order[i] = dim;
  }
  return order;
}

}  // namespace

Tensor permute(const Tensor& input, std::span<const int> dims) {
  const std::shared_ptr<Backend> backend = common_backend("permute", {&input});
  const Dims order = checked_dims(input, dims);
  return backend->permute(input, std::span(order).first(dims.size()));
}

Tensor transpose(const Tensor& input) {
  const std::shared_ptr<Backend> backend = common_backend("transpose", {&input});
  expect_rank("transpose", input, 2);
  Dims order{};
  std::iota(order.begin(), order.end(), 0);
  const auto rank = static_cast<std::size_t>(input.rank());
  std::swap(order[rank - 2], order[rank - 1]);
  return backend->permute(input, std::span(order).first(rank));
}

}  // namespace wattention
