#include <wattention/ops.h>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"

namespace wattention {

Tensor reshape(const Tensor& input, const Shape& shape) {
  const std::shared_ptr<Backend> backend = common_backend("reshape", {&input});
  expect(input.numel() == shape.numel(),
         "[reshape] expected {} elements as in shape {}; found shape {}", input.numel(),
         input.shape().text(), shape.text());
  return backend->reshape(input, shape);
}

Tensor to_layout(const Tensor& input, Layout layout) {
  return common_backend("to_layout", {&input})->to_layout(input, layout);
}

}  // namespace wattention
