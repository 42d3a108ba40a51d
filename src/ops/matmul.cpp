#include <wattention/ops.h>

#include <algorithm>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"

namespace wattention {
namespace {

// b is one matrix for all of a's batches, or has exactly a's batch dimensions.
void expect_batches(std::string_view op, const Tensor& a, const Tensor& b) {
  const auto a_sizes = a.shape().sizes(), b_sizes = b.shape().sizes();
  const bool fits =
      b.rank() == 2 ||
      (a.rank() == b.rank() && std::equal(a_sizes.begin(), a_sizes.end() - 2, b_sizes.begin()));
  expect(fits,
         "[{}] expected b with two dimensions or with a's batch dimensions; found a {} and b {}",
         op, a.shape().text(), b.shape().text());
}

void expect_grid(std::string_view op, const MatmulOptions& options) {
  if (options.core_grid)
    expect(options.core_grid->x > 0 && options.core_grid->y > 0,
           "[{}] expected a core grid of at least 1x1; found {}x{}", op, options.core_grid->y,
           options.core_grid->x);
}

Tensor checked_matmul(std::string_view op, const Tensor& a, const Tensor& b,
                      const MatmulOptions& options) {
  const std::shared_ptr<Backend> backend = common_backend(op, {&a, &b});
  expect_rank(op, a, 2);
  expect_rank(op, b, 2);
  expect_same_dtype(op, a, b);
  const std::int64_t b_height = options.transpose_b ? b.size(-1) : b.size(-2);
  expect(a.size(-1) == b_height,
         "[{}] expected the width of the first tensor to be equal to the height of the second "
         "tensor{}; "
         "found {} != {} (shapes {} and {})",
         op, options.transpose_b ? " transposed" : "", a.size(-1), b_height, a.shape().text(),
         b.shape().text());
  expect_batches(op, a, b);
  expect_grid(op, options);
  return backend->matmul(a, b, options);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) {
  return checked_matmul("matmul", a, b, options);
}

Tensor linear(const Tensor& input, const Tensor& weight, const MatmulOptions& options) {
  MatmulOptions transposed = options;
  transposed.transpose_b = true;
  expect(weight.rank() == 2,
         "[linear] expected a weight [out_features, in_features]; found shape {}",
         weight.shape().text());
  return checked_matmul("linear", input, weight, transposed);
}

}  // namespace wattention
