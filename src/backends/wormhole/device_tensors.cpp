// What every op does with its tensors: check, find values, make room for a result.
#include <algorithm>
#include <cstring>

#include "backends/wormhole/families.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

struct Pages {
  std::int64_t count;
  std::int64_t bytes;
  std::int64_t held_bytes;  ///< of the values here, where a block format's elements are bf16
};

// A page is a tile, or a row of a row-major tensor.
Pages pages_of(const Shape& shape, DType dtype, Layout layout) {
  const auto element = static_cast<std::int64_t>(size_of(dtype));
  if (layout == Layout::tile)
    return {TiledShape(shape).tiles(), static_cast<std::int64_t>(tile_bytes(dtype)),
            tile_elements * element};
  const std::int64_t row = shape.rank() > 0 ? shape[-1] : 1;
  return {row > 0 ? shape.numel() / row : 0, row * element, row * element};
}

}  // namespace

WormholeBackend::Lock WormholeBackend::enter(std::string_view op) {
  Lock lock(queue_mutex_);
  if (!open_) fail(ErrorKind::closed, "[{}] expected an open device; found wormhole closed", op);
  return lock;
}

namespace {

// Of each core: a shard's tiles, or its rows. Their pages do not depend on what of the tensor lies there.
Pages pages_of_shard(const Sharding& sharding, DType dtype, Layout layout) {
  const auto element = static_cast<std::int64_t>(size_of(dtype));
  const std::int64_t row = sharding.shard_columns * element;
  if (layout == Layout::row_major) return {sharding.shard_rows, row, row};
  return {sharding.shard_rows * sharding.shard_columns / tile_elements,
          static_cast<std::int64_t>(tile_bytes(dtype)), tile_elements * element};
}

}  // namespace

Tensor WormholeBackend::allocate(const Shape& shape, DType dtype, Layout layout,
                                 const Place& place) {
  const Pages pages = pages_of(shape, dtype, layout);
  DeviceBuffer buffer;
  if (place.sharding) {
    check_shards("allocate", place, shape, layout, dtype);
    const Pages shard = pages_of_shard(*place.sharding, dtype, layout);
    buffer = DeviceBuffer(place.memory == Memory::l1 ? l1_ : dram_, place.sharding->core_count(),
                          shard.count, shard.bytes);
  } else {
    buffer = DeviceBuffer(place.memory == Memory::l1 ? l1_ : dram_, pages.count, pages.bytes);
  }
  const std::int64_t bytes = has_values() ? pages.count * pages.held_bytes : 0;
  auto storage = std::make_shared<DeviceStorage>(
      shared_from_this(), live_, place, std::move(buffer), static_cast<std::size_t>(bytes));
  return Tensor(shape, dtype, layout, std::move(storage));
}

Tensor WormholeBackend::planned(const std::function<Tensor()>& programs) {
  if (!has_values()) return programs();
  struct Restored {
    bool& flag;
    ~Restored() { flag = false; }
  };
  Tensor plan;
  {
    const Restored restored{plans_only_ = true};
    plan = programs();
  }
  const Shape shape = plan.shape();
  const DType dtype = plan.dtype();
  const Place place = place_of(plan);
  plan = Tensor();  // its place is the result's
  return allocate(shape, dtype, Layout::tile, place);
}

const DeviceStorage& WormholeBackend::storage_of(const Tensor& tensor) {
  return static_cast<const DeviceStorage&>(*tensor.storage());
}

Bits* WormholeBackend::bits_of(const Tensor& tensor) {
  return reinterpret_cast<Bits*>(storage_of(tensor).values());
}

Word* WormholeBackend::words_of(const Tensor& tensor) {
  return reinterpret_cast<Word*>(storage_of(tensor).values());
}

namespace {

std::size_t logical_bytes(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.numel()) * size_of(tensor.dtype());
}

}  // namespace

std::vector<std::byte> WormholeBackend::elements_of(const Tensor& tensor) {
  std::vector<std::byte> elements(logical_bytes(tensor));
  const std::byte* values = storage_of(tensor).values();
  if (tensor.layout() == Layout::tile)
    unpad(values, TiledShape(tensor.shape()), size_of(tensor.dtype()), elements.data());
  else
    std::memcpy(elements.data(), values, elements.size());
  return elements;
}

void WormholeBackend::set_elements(const Tensor& tensor, const std::byte* elements) {
  std::byte* values = storage_of(tensor).values();
  if (tensor.layout() == Layout::tile)
    pad(elements, TiledShape(tensor.shape()), size_of(tensor.dtype()), values);
  else
    std::memcpy(values, elements, logical_bytes(tensor));
}

MatrixView WormholeBackend::stacked(const Tensor& tensor) {
  const TiledShape tiled(tensor.shape());
  return {bits_of(tensor), tiled.batch * tiled.padded_rows, tiled.padded_cols};
}

std::optional<Refusal> refuse_dtypes(const OpCall& call, Dtypes taken) {
  for (const Tensor& tensor : call.tensors) {
    const DType dtype = tensor.dtype();
    const bool takes = dtype == DType::bf16 || (is_block(dtype) && taken != Dtypes::bf16) ||
                       (dtype == DType::f32 && taken == Dtypes::floats);
    if (takes) continue;
    return refuse(ErrorKind::unsupported,
                  "[{}] expected {} tensors, as no other dtype is computed here; found {}",
                  call.name(),
                  taken == Dtypes::bf16     ? "bf16"
                  : taken == Dtypes::blocks ? "bf16, bfloat8_b or bfloat4_b"
                                            : "float",
                  to_string(dtype));
  }
  return std::nullopt;
}

bool has_blocks(const OpCall& call) {
  return std::ranges::any_of(call.tensors,
                             [](const Tensor& tensor) { return is_block(tensor.dtype()); });
}

Refusal refuse_unknown(const OpCall& call, const Release& release) {
  return refuse(ErrorKind::unsupported,
                "[{0}] expected an op whose digits are known in release {1} of TT-NN; found {0}",
                call.name(), release.name);
}

std::optional<Refusal> refuse_operands(const OpCall& call, std::string_view not_tiled,
                                       Dtypes taken) {
  for (const Tensor& tensor : call.tensors)
    if (tensor.layout() != Layout::tile)
      return refuse(ErrorKind::bad_input, "[{}] expected tile layout; found {}. {}", call.name(),
                    to_string(tensor.layout()), not_tiled);
  return refuse_dtypes(call, taken);
}

void WormholeBackend::pack_result(const Tensor& out) const {
  if (!is_block(out.dtype()) || !has_values()) return;
  const auto count = static_cast<std::size_t>(TiledShape(out.shape()).elements());
  pack_blocks({bits_of(out), count}, block_format(out.dtype()), host_);
}

}  // namespace wattention::wormhole
