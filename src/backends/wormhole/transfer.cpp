// Host to device and back: cast, tilize, write; read, untilize. TT-NN converts on the host.
#include <cstring>

#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "device/value_less.h"

namespace wattention::wormhole {
namespace {

void check_placement(const Tensor& host, const Placement& placement) {
  expect(placement.memory != Memory::host, "[to_device] expected memory dram or l1; found host");
  expect(placement.dtype != DType::f64, "[to_device] expected dtype bf16 or f32; found f64");
  expect(host.rank() > 0 && host.numel() > 0,
         "[to_device] expected at least one dimension and one element; found shape {}",
         host.shape().text());
}

std::int64_t bytes_of(const Tensor& tensor, DType dtype) {
  return tensor.numel() * static_cast<std::int64_t>(size_of(dtype));
}

// Bytes on the device and on the bus: padding included.
std::int64_t device_bytes(const Tensor& tensor) {
  const std::int64_t elements =
      tensor.layout() == Layout::tile ? TiledShape(tensor.shape()).elements() : tensor.numel();
  return elements * static_cast<std::int64_t>(size_of(tensor.dtype()));
}

template <class Function>
void with_host_bytes(const Tensor& host, Function function) {
  expect(host.on_host(), "[to_device] expected values on the host; found none on {}",
         host.device_name());
  function(host.storage()->host_bytes());
}

void copy_in(const std::byte* from, const Tensor& to, std::byte* values) {
  if (to.layout() == Layout::tile)
    pad(from, TiledShape(to.shape()), size_of(to.dtype()), values);
  else
    std::memcpy(values, from, static_cast<std::size_t>(device_bytes(to)));
}

void copy_out(const std::byte* values, const Tensor& from, std::byte* to) {
  if (from.layout() == Layout::tile)
    unpad(values, TiledShape(from.shape()), size_of(from.dtype()), to);
  else
    std::memcpy(to, values, static_cast<std::size_t>(device_bytes(from)));
}

}  // namespace

Tensor WormholeBackend::upload(const Tensor& host, const Placement& placement) {
  const Lock lock = enter("to_device");
  check_placement(host, placement);
  Tensor tensor = allocate(host.shape(), placement.dtype, placement.layout, placement.memory);
  if (has_values())
    with_host_bytes(host.to(placement.dtype), [&](const std::byte* bytes) {
      copy_in(bytes, tensor, storage_of("to_device", tensor, "").values());
    });
  using Step = TransferEvent::Step;
  const std::int64_t elements = host.numel();
  if (host.dtype() != placement.dtype)
    transferred(Step::cast, elements, bytes_of(host, host.dtype()), placement.memory);
  if (placement.layout == Layout::tile)
    transferred(Step::tilize, elements, bytes_of(host, placement.dtype), placement.memory);
  transferred(Step::write, elements, device_bytes(tensor), placement.memory);
  return tensor;
}

Tensor WormholeBackend::download(const Tensor& tensor) {
  const Lock lock = enter("to_host");
  const DeviceStorage& storage = storage_of("to_host", tensor, "");
  using Step = TransferEvent::Step;
  transferred(Step::read, tensor.numel(), device_bytes(tensor), storage.memory());
  if (tensor.layout() == Layout::tile)
    transferred(Step::untilize, tensor.numel(), bytes_of(tensor, tensor.dtype()), storage.memory());
  if (!has_values()) return value_less(tensor.shape(), tensor.dtype());
  Tensor host = Tensor::empty(tensor.shape(), tensor.dtype());
  copy_out(storage.values(), tensor, host.storage()->host_bytes());
  return host;
}

}  // namespace wattention::wormhole
