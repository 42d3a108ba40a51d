#include <wattention/device.h>

#include "base/fail.h"
#include "device/backend.h"
#include "tensor/storage.h"

namespace wattention {

std::string to_string(CoreGrid grid) {
  return fmt::format("{}x{}", grid.y, grid.x);
}

std::string_view to_string(Fidelity fidelity) {
  switch (fidelity) {
    case Fidelity::lofi: return "lofi";
    case Fidelity::hifi2: return "hifi2";
    case Fidelity::hifi3: return "hifi3";
    case Fidelity::hifi4: return "hifi4";
  }
  return "?";
}

Fidelity parse_fidelity(std::string_view word) {
  for (const Fidelity fidelity :
       {Fidelity::lofi, Fidelity::hifi2, Fidelity::hifi3, Fidelity::hifi4})
    if (word == to_string(fidelity)) return fidelity;
  fail(ErrorKind::bad_input, "[fidelity] expected one of lofi, hifi2, hifi3, hifi4; found '{}'",
       word);
}

std::string_view Device::name() const {
  return backend_ ? backend_->name() : "none";
}

bool Device::is_open() const {
  return backend_ && backend_->is_open();
}

void Device::close() {
  if (backend_) backend_->close();
}

std::vector<OpReport> Device::take_reports() {
  return backend().take_reports();
}

void Device::set_program_cache(bool enabled) {
  backend().set_program_cache(enabled);
}

Backend& Device::backend() const {
  if (!is_open())
    fail(ErrorKind::closed, "[device] expected an open device; found {} closed", name());
  return *backend_;
}

Tensor to_device(const Tensor& tensor, const Device& device, const Placement& placement) {
  expect(tensor.defined(), "[to_device] expected a tensor with values; found an undefined one");
  // A host tensor without values has a place in Mode::shape only; the device refuses it elsewhere.
  expect(tensor.on_host() || tensor.storage()->backend() == nullptr,
         "[to_device] expected a host tensor; found one on {}", tensor.device_name());
  return device.backend().upload(tensor, placement);
}

Tensor to_host(const Tensor& tensor) {
  expect(tensor.defined(), "[to_host] expected a tensor with values; found an undefined one");
  const std::shared_ptr<Backend> backend = tensor.storage()->backend();
  return backend ? backend->download(tensor) : tensor;
}

}  // namespace wattention
