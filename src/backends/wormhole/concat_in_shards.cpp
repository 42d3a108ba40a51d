// Tensors joined where their shards lie: what the release refuses, with its sentences, and what it does wrong.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/data_movement/concat/device: concat_device_operation.cpp,
// concat_program_factory.cpp and the kernels of two tensors in shards.
#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_in_shards.h"
#include "backends/wormhole/spec/chip.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

std::optional<Refusal> refuse_shards_of_concat(const OpCall& call) {
  const Sharding* const first = call.a().sharding();
  for (const Tensor& tensor : call.tensors) {
    const Sharding* const one = tensor.sharding();
    const std::string found =
        fmt::format("{} and {}", to_string(place_of(call.a())), to_string(place_of(tensor)));
    if (first == nullptr || one == nullptr)
      return refuse_in_words(call, "all tensors in shards, or none", found,
                             "All tensors must be sharded or all must be interleaved");
    if (one->cores != first->cores)
      return refuse_in_words(call, "shards on the same cores", found,
                             "Sharded tensors must have the same grid.");
    if (one->layout != first->layout)
      return refuse_in_words(call, "shards of one layout", found,
                             "Sharded tensors must have the same memory layout.");
    if (call.tensors.size() == 2 && one->layout == ShardLayout::width)
      return refuse_in_words(call, "more than two tensors in shards of columns", found,
                             "Width sharded inputs are not supported for two tensors concat yet");
    if (one->layout == ShardLayout::block)
      return refuse_in_words(call, "shards of rows or columns", found,
                             "Block sharded inputs are not supported");
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_result_of_concat(const OpCall& call) {
  const Sharding& first = *call.a().sharding();
  const auto& out = call.attributes.sharding;
  const std::string found = to_string(asked_place(call.attributes, Memory::dram));
  if (!out || out->layout != first.layout)
    return refuse_in_words(call, "a result in shards as the tensors'", found,
                           "Sharded output and inputs must have the same memory layout.");
  if (!out->is_placed() || out->cores != first.cores)
    return refuse_in_words(call, "a result on the tensors' cores", found,
                           "Sharded output and inputs must have the same grid.");
  const int from_end = call.shape.rank() - *call.attributes.dim;
  if (from_end == 1 && first.layout != ShardLayout::height)
    return refuse_in_words(call, "shards of rows along the width", found,
                           "Only support width concat on height-sharded tensors.");
  if (from_end == 2 && first.layout != ShardLayout::width)
    return refuse_in_words(call, "shards of columns along the height", found,
                           "Only support height concat on width-sharded tensors.");
  if (from_end > 2)
    return refuse_in_words(call, "one of the last two dimensions",
                           std::to_string(*call.attributes.dim),
                           "Only width or height concat on sharded tensors");
  return std::nullopt;
}

// A core puts its own shards beside each other.
bool joins_shards(const OpCall& call) {
  const Sharding& out = *call.attributes.sharding;
  const bool wide = out.layout == ShardLayout::height;
  std::int64_t joined = 0;
  for (const Tensor& tensor : call.tensors) {
    const Sharding& one = *tensor.sharding();
    if (one.order != out.order) return false;
    if ((wide ? one.shard_rows : one.shard_columns) != (wide ? out.shard_rows : out.shard_columns))
      return false;
    joined += wide ? one.shard_columns : one.shard_rows;
  }
  const bool one_matrix = wide || TiledShape(call.shape).batch == 1;
  return one_matrix && joined == (wide ? out.shard_columns : out.shard_rows);
}

// Two tensors have programs of their own, for four dimensions.
std::optional<Refusal> refuse_programs_of_two(const OpCall& call) {
  const bool tiled = call.a().layout() == Layout::tile;
  if (*call.attributes.dim != 3)
    return refuse_in_words(
        call, "four dimensions where two tensors in shards are joined", call.shape.text(),
        tiled ? fmt::format("Sharded concat with tiled inputs only supports dim=3 (was {})",
                            *call.attributes.dim)
              : "Sharded concat RM only supports dim=3");
  if (tiled && (call.a().dtype() == DType::f32 || is_integer(call.a().dtype())))
    return refuse(ErrorKind::unsupported,
                  "[{}] expected bf16 or blocks where two tensors in shards of tiles are joined, "
                  "as the program transposes them as bf16; found {}",
                  call.name(), to_string(call.a().dtype()));
  // The last core joins as many rows as the last shard of one matrix has.
  const Sharding& out = *call.attributes.sharding;
  const std::int64_t joined = call.shape[2] % out.shard_rows;
  const std::int64_t held =
      call.shape[0] * call.shape[1] * call.shape[2] - (out.core_count() - 1) * out.shard_rows;
  if (tiled || joined == 0 || held <= joined) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected {} rows on the last core at most, which the program joins there; "
                "found {}",
                call.name(), joined, held);
}

}  // namespace

std::optional<Refusal> refuse_concat_in_shards(const OpCall& call) {
  if (auto refusal = refuse_shards_of_concat(call)) return refusal;
  if (auto refusal = refuse_result_of_concat(call)) return refusal;
  if (!joins_shards(call))
    return refuse(ErrorKind::unverified,
                  "[{}] expected shards that lie beside each other on each core; found {} and {}",
                  call.name(), to_string(place_of(call.a())), to_string(*call.attributes.sharding));
  const auto is_padded = [](const Tensor& tensor) {
    return tensor.layout() == Layout::tile && !TiledShape(tensor.shape()).is_whole();
  };
  if (std::ranges::any_of(call.tensors, is_padded))
    return refuse(ErrorKind::unsupported,
                  "[{}] expected shards of tiles without padding; found shape {}", call.name(),
                  call.shape);
  return call.tensors.size() == 2 ? refuse_programs_of_two(call) : std::nullopt;
}

}  // namespace wattention::wormhole
