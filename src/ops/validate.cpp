#include "ops/validate.h"

#include "base/fail.h"
#include "device/backend.h"
#include "device/registry.h"
#include "tensor/shape_formatter.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

void expect_values(std::string_view op, const Tensor& tensor, Empty empty) {
  expect(tensor.defined(), "[{}] expected a tensor with values; found an undefined one", op);
  expect(empty == Empty::taken || tensor.numel() > 0,
         "[{}] expected at least one element; found shape {}", op, tensor.shape());
}

// Null stands for plain host memory, which any device that computes there may use.
bool can_join(const Backend* a, const Backend* b) {
  if (a == b) return true;
  if (a == nullptr) return b->capabilities().host_memory;
  return b == nullptr && a->capabilities().host_memory;
}

std::string_view name_of(const Backend* backend) {
  return backend ? backend->name() : "the host";
}

}  // namespace

std::shared_ptr<Backend> common_backend(std::string_view op, std::span<const Tensor> tensors,
                                        Empty empty) {
  std::shared_ptr<Backend> common;
  bool first = true;
  for (const Tensor& tensor : tensors) {
    expect_values(op, tensor, empty);
    std::shared_ptr<Backend> backend = tensor.storage()->backend();
    expect(first || can_join(common.get(), backend.get()),
           "[{}] expected all tensors on one device; found {} and {}", op, name_of(common.get()),
           name_of(backend.get()));
    if (backend) common = std::move(backend);
    first = false;
  }
  if (!common) return host_backend();
  if (!common->is_open())
    fail(ErrorKind::closed, "[{}] expected an open device; found {} closed", op, common->name());
  return common;
}

namespace {

// Such a device says itself which of them meet.
bool mixes_floats(const Tensor& a, const Tensor& b) {
  if (is_integer(a.dtype()) || is_integer(b.dtype())) return false;
  const auto backend = a.storage()->backend();
  return backend != nullptr && backend->capabilities().mixes_floats;
}

}  // namespace

void expect_same_dtype(std::string_view op, const Tensor& a, const Tensor& b) {
  expect(a.dtype() == b.dtype() || mixes_floats(a, b),
         "[{}] expected tensors of one dtype; found {} and {}", op, to_string(a.dtype()),
         to_string(b.dtype()));
}

void expect_integers(const OpCall& call) {
  expect(!call.row().wants_integers() || is_integer(call.a().dtype()),
         "[{}] expected integers; found {}", call.name(), to_string(call.a().dtype()));
}

void expect_result_dtype(const OpCall& call) {
  const auto& dtype = call.attributes.output_dtype;
  if (!dtype || *dtype == call.a().dtype()) return;
  expect(!is_integer(*dtype), "[{}] expected a result of floats; found {}", call.name(),
         to_string(*dtype));
  if (!mixes_floats(call.a(), call.a()))
    fail(ErrorKind::unsupported, "[{}] expected a result of the operands' dtype; found {}",
         call.name(), to_string(*dtype));
}

void expect_rank(std::string_view op, const Tensor& tensor, int rank) {
  expect(tensor.rank() >= rank, "[{}] expected at least {} dimensions; found shape {}", op, rank,
         tensor.shape());
}

}  // namespace wattention
