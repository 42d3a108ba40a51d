#include <wattention/device.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/fail.h"
#include "device/backend.h"
#include "device/placement.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

// A whole number of at least 1 that fills the whole text.
std::optional<int> positive(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

// "dram or l1"
template <class Words>
std::string any_of(const Words& words) {
  std::string list;
  for (const auto& word : words)
    list += fmt::format("{}{}", list.empty() ? "" : " or ", to_string(word));
  return list;
}

template <class Word>
void expect_one_of(std::string_view what, const std::optional<Word>& asked,
                   const std::vector<Word>& there, std::string_view device) {
  if (!asked) return;
  expect(std::ranges::find(there, *asked) != there.end(),
         "[to_device] expected {} {} on {}; found {}", what, any_of(there), device,
         to_string(*asked));
}

}  // namespace

void expect_place(const Placement& placement, const Backend& device) {
  const Capabilities& has = device.capabilities();
  expect_one_of("memory", placement.memory, has.memories, device.name());
  expect_one_of("layout", placement.layout, has.layouts, device.name());
  expect_one_of("dtype", placement.dtype, has.dtypes, device.name());
  if (!placement.sharding) return;
  expect(has.attributes.has(Attribute::sharding) && placement.sharding->is_placed(),
         "[to_device] expected no shards on {}, or shards with shape and cores; found {}",
         device.name(), to_string(*placement.sharding));
}

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

std::string_view to_string(Mode mode) {
  return mode == Mode::exact ? "exact" : "shape";
}

Mode parse_mode(std::string_view word) {
  expect(word == "exact" || word == "shape", "[mode] expected exact or shape; found '{}'", word);
  return word == "shape" ? Mode::shape : Mode::exact;
}

CoreGrid parse_core_grid(std::string_view word) {
  const std::size_t cross = word.find('x');
  const auto y = positive(word.substr(0, cross));
  const auto x = cross == word.npos ? y : positive(word.substr(cross + 1));
  expect(y && x, "[core_grid] expected rows x columns, like 8x8; found '{}'", word);
  return {*y, *x};
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

const Capabilities& Device::capabilities() const {
  return backend().capabilities();
}

void Device::set_program_cache(bool enabled) {
  if (!capabilities().programs)
    fail(ErrorKind::unsupported, "[program_cache] expected a device that builds programs; found {}",
         name());
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
  Backend& backend = device.backend();
  expect_place(placement, backend);
  if (CallObserver* observer = backend.observer())
    return observer->upload(backend, tensor, placement);
  return backend.upload(tensor, placement);
}

Tensor to_host(const Tensor& tensor) {
  expect(tensor.defined(), "[to_host] expected a tensor with values; found an undefined one");
  const std::shared_ptr<Backend> backend = tensor.storage()->backend();
  if (!backend) return tensor;
  if (!backend->is_open())
    fail(ErrorKind::closed, "[to_host] expected an open device; found {} closed", backend->name());
  if (CallObserver* observer = backend->observer()) return observer->download(*backend, tensor);
  return backend->download(tensor);
}

}  // namespace wattention
