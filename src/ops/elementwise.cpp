#include <wattention/ops.h>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"

namespace wattention {
namespace {

// Equal shapes only: a release on the card reads past the end of a smaller second tensor, so no device
// broadcasts.
std::shared_ptr<Backend> checked_pair(std::string_view op, const Tensor& a, const Tensor& b) {
  std::shared_ptr<Backend> backend = common_backend(op, {&a, &b});
  expect_same_dtype(op, a, b);
  expect(a.shape() == b.shape(), "[{}] expected tensors of equal shape; found {} and {}", op,
         a.shape().text(), b.shape().text());
  return backend;
}

}  // namespace

Tensor multiply(const Tensor& input, double scalar) {
  return common_backend("multiply", {&input})->multiply(input, scalar);
}

Tensor divide(const Tensor& input, double scalar) {
  return common_backend("divide", {&input})->divide(input, scalar);
}

Tensor multiply(const Tensor& a, const Tensor& b) {
  return checked_pair("multiply", a, b)->multiply(a, b);
}

Tensor add(const Tensor& a, const Tensor& b) {
  return checked_pair("add", a, b)->add(a, b);
}

Tensor subtract(const Tensor& a, const Tensor& b) {
  return checked_pair("subtract", a, b)->subtract(a, b);
}

}  // namespace wattention
