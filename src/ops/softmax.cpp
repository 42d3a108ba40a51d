#include <wattention/ops.h>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"

namespace wattention {

Tensor softmax(const Tensor& input, const SoftmaxOptions& options) {
  const std::shared_ptr<Backend> backend = common_backend("softmax", {&input});
  expect(input.rank() >= 1, "[softmax] expected at least 1 dimension; found shape {}",
         input.shape().text());
  expect(options.dim >= -input.rank() && options.dim < input.rank(),
         "[softmax] expected a dimension in [{}, {}); found {}", -input.rank(), input.rank(),
         options.dim);
  return backend->softmax(input, options);
}

}  // namespace wattention
