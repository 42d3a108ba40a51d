// Host to device and back: cast, tilize, write; read, untilize. TT-NN converts on the host.
#include <cstring>

#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "device/value_less.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

bool keeps_dtype(DType dtype) {
  return is_integer(dtype) || is_block(dtype);
}

std::int64_t bytes_of(const Tensor& tensor, DType dtype) {
  return tensor.numel() * static_cast<std::int64_t>(size_of(dtype));
}

// Bytes on the device and on the bus: padding included.
std::int64_t device_bytes(const Tensor& tensor) {
  if (tensor.layout() == Layout::tile)
    return TiledShape(tensor.shape()).tiles() *
           static_cast<std::int64_t>(tile_bytes(tensor.dtype()));
  return bytes_of(tensor, tensor.dtype());
}

void expect_tiles(DType dtype, Layout layout) {
  expect(!is_block(dtype) || layout == Layout::tile,
         "[to_device] expected tile layout for {}; found {}. bfloat8_b/bfloat4_b requires "
         "TILE_LAYOUT!",
         to_string(dtype), to_string(layout));
}

template <class Function>
void with_host_bytes(const Tensor& host, Function function) {
  expect(host.on_host(), "[to_device] expected values on the host; found none on {}",
         host.device_name());
  function(host.storage()->host_bytes());
}

void copy_out(const std::byte* values, const Tensor& from, std::byte* to) {
  if (from.layout() == Layout::tile)
    unpad(values, TiledShape(from.shape()), size_of(from.dtype()), to);
  else
    std::memcpy(to, values, static_cast<std::size_t>(bytes_of(from, from.dtype())));
}

}  // namespace

Tensor WormholeBackend::upload(const Tensor& host, const Placement& placement) {
  const Lock lock = enter("to_device");
  const Place place = placement.sharding
                          ? Place(*placement.sharding, placement.memory.value_or(Memory::l1))
                          : Place(placement.memory.value_or(Memory::dram));
  const Memory memory = place.memory;
  const Layout layout = placement.layout.value_or(Layout::tile);
  const DType dtype =
      placement.dtype.value_or(keeps_dtype(host.dtype()) ? host.dtype() : DType::bf16);
  expect_tiles(dtype, layout);
  Tensor tensor = allocate(host.shape(), dtype, layout, place);
  if (has_values() && host.numel() > 0)
    with_host_bytes(host.to(dtype), [&](const std::byte* bytes) { set_elements(tensor, bytes); });
  using Step = TransferEvent::Step;
  const std::int64_t elements = host.numel();
  if (host.dtype() != dtype)
    transferred(Step::cast, elements, bytes_of(host, host.dtype()), memory);
  if (layout == Layout::tile) transferred(Step::tilize, elements, bytes_of(host, dtype), memory);
  transferred(Step::write, elements, device_bytes(tensor), memory);
  return tensor;
}

Tensor WormholeBackend::download(const Tensor& tensor) {
  const Lock lock = enter("to_host");
  const DeviceStorage& storage = storage_of(tensor);
  using Step = TransferEvent::Step;
  transferred(Step::read, tensor.numel(), device_bytes(tensor), storage.memory());
  if (tensor.layout() == Layout::tile)
    transferred(Step::untilize, tensor.numel(), bytes_of(tensor, tensor.dtype()), storage.memory());
  return on_host(tensor);
}

Tensor WormholeBackend::peek(const Tensor& tensor) {
  const Lock lock = enter("to_host");
  const bool has_padding =
      tensor.layout() == Layout::tile && !TiledShape(tensor.shape()).is_whole();
  if (!has_values() || has_padding || tensor.numel() == 0) return on_host(tensor);
  // Where it lies, until the next op writes over it.
  return Tensor::borrow(storage_of(tensor).values(), tensor.shape(), tensor.dtype(),
                        tensor.storage());
}

Tensor WormholeBackend::on_host(const Tensor& tensor) const {
  if (!has_values()) return value_less(tensor.shape(), tensor.dtype());
  Tensor host = Tensor::empty(tensor.shape(), tensor.dtype());
  if (host.numel() > 0) copy_out(storage_of(tensor).values(), tensor, host.storage()->host_bytes());
  return host;
}

}  // namespace wattention::wormhole
