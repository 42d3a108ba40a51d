// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: core/to_memory_config, core/to_layout/to_layout_op.cpp,
// data_movement: untilize/device/untilize_op.cpp, untilize_with_unpadding/device/untilize_with_unpadding_op.cpp,
// tilize/device/tilize_op.cpp, concat/device/concat_device_operation.cpp. The refusals end with their sentences.
#include "backends/wormhole/move_in_shards.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

Refusal bad(const OpCall& call, std::string_view expected, const std::string& found,
            std::string_view sentence) {
  return refuse(ErrorKind::bad_input, "[{}] expected {}; found {}. {}", call.name(), expected,
                found, sentence);
}

Refusal refuse_pages_beside(const OpCall& call) {
  return refuse(ErrorKind::unsupported, "[{}] expected tensors in pages; found {}", call.name(),
                to_string(asked_place(call.attributes, place_of(call.a()))));
}

std::optional<Refusal> refuse_memory_move(const OpCall& call) {
  const auto& sharding = call.attributes.sharding;
  if (!sharding || sharding->is_placed()) return std::nullopt;
  return bad(call, "shards with shape and cores", to_string(*sharding) + " alone",
             "MemoryConfig must have Shard Spec specified for sharded memory layout");
}

std::optional<Refusal> refuse_tilize(const OpCall& call) {
  const Sharding& shards = *call.a().sharding();
  if (!TiledShape(call.shape).is_whole()) return refuse_pages_beside(call);
  if (shards.shard_rows % tile_side != 0 || shards.shard_columns % tile_side != 0)
    return bad(call, "shards of whole tiles", to_string(shards),
               "ttnn::to_layout: Sharded tensor must have shard shape that is a multiple of "
               "TILE_SIZE!");
  const Place out = place_of_layout(call);
  if (shards.layout == ShardLayout::height && shards.order == ShardOrder::by_row &&
      out.is_sharded() && out.sharding->layout == shards.layout)
    return std::nullopt;
  return bad(call, "shards of rows, by row, before and after", to_string(shards), "Error");
}

// Rows of one shard stay in it; else the release moves them, as is not built here.
bool keeps_rows(const OpCall& call, const Sharding& out) {
  const TiledShape tiled(call.shape);
  const Sharding& in = *call.a().sharding();
  const bool whole_rows = tiled.batch == 1 || tiled.rows == tiled.padded_rows;
  return whole_rows && (in.layout != ShardLayout::height || in.shard_rows == out.shard_rows);
}

std::optional<Refusal> refuse_untilize(const OpCall& call) {
  const TiledShape tiled(call.shape);
  const Sharding& in = *call.a().sharding();
  const Place out = place_of_layout(call);
  const bool padded = !tiled.is_whole();
  if (out.is_sharded() &&
      (out.sharding->layout != in.layout || (padded && in.layout == ShardLayout::block)))
    return bad(call, "a result in the same shards, of blocks without padding, or in pages",
               fmt::format("{} and {}", to_string(in), to_string(out)), "Error");
  if (padded && !out.is_sharded() && in.layout != ShardLayout::height && tiled.batch != 1)
    return bad(call, "one matrix", fmt::format("{}", call.shape),
               "Can only write unbatched output interleaved");
  if (!out.is_sharded() || !padded || keeps_rows(call, *out.sharding)) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected shards whose rows stay where they are without padding; found {} "
                "and {}",
                call.name(), to_string(in), to_string(out));
}

std::optional<Refusal> refuse_layout(const OpCall& call) {
  if (call.a().sharding() == nullptr) return refuse_pages_beside(call);
  if (*call.attributes.layout == call.a().layout()) return std::nullopt;
  return *call.attributes.layout == Layout::tile ? refuse_tilize(call) : refuse_untilize(call);
}

std::optional<Refusal> refuse_shards_of_concat(const OpCall& call) {
  const Sharding* const first = call.a().sharding();
  for (const Tensor& tensor : call.tensors) {
    const Sharding* const one = tensor.sharding();
    const std::string found =
        fmt::format("{} and {}", to_string(place_of(call.a())), to_string(place_of(tensor)));
    if (first == nullptr || one == nullptr)
      return bad(call, "all tensors in shards, or none", found,
                 "All tensors must be sharded or all must be interleaved");
    if (one->cores != first->cores)
      return bad(call, "shards on the same cores", found,
                 "Sharded tensors must have the same grid.");
    if (one->layout != first->layout)
      return bad(call, "shards of one layout", found,
                 "Sharded tensors must have the same memory layout.");
    if (call.tensors.size() == 2 && one->layout == ShardLayout::width)
      return bad(call, "more than two tensors in shards of columns", found,
                 "Width sharded inputs are not supported for two tensors concat yet");
    if (one->layout == ShardLayout::block)
      return bad(call, "shards of rows or columns", found,
                 "Block sharded inputs are not supported");
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_result_of_concat(const OpCall& call) {
  const Sharding& first = *call.a().sharding();
  const auto& out = call.attributes.sharding;
  const std::string found = to_string(asked_place(call.attributes, Memory::dram));
  if (!out || out->layout != first.layout)
    return bad(call, "a result in shards as the tensors'", found,
               "Sharded output and inputs must have the same memory layout.");
  if (!out->is_placed() || out->cores != first.cores)
    return bad(call, "a result on the tensors' cores", found,
               "Sharded output and inputs must have the same grid.");
  const int from_end = call.shape.rank() - *call.attributes.dim;
  if (from_end == 1 && first.layout != ShardLayout::height)
    return bad(call, "shards of rows along the width", found,
               "Only support width concat on height-sharded tensors.");
  if (from_end == 2 && first.layout != ShardLayout::width)
    return bad(call, "shards of columns along the height", found,
               "Only support height concat on width-sharded tensors.");
  if (from_end > 2)
    return bad(call, "one of the last two dimensions", std::to_string(*call.attributes.dim),
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

std::optional<Refusal> refuse_concat(const OpCall& call) {
  if (call.tensors.size() == 1) return refuse_pages_beside(call);
  if (auto refusal = refuse_shards_of_concat(call)) return refusal;
  if (auto refusal = refuse_result_of_concat(call)) return refusal;
  if (!joins_shards(call))
    return refuse(ErrorKind::unverified,
                  "[{}] expected shards that lie beside each other on each core; found {} and {}",
                  call.name(), to_string(place_of(call.a())), to_string(*call.attributes.sharding));
  const bool tiled = call.a().layout() == Layout::tile;
  const auto is_padded = [](const Tensor& tensor) {
    return !TiledShape(tensor.shape()).is_whole();
  };
  if (!tiled || std::ranges::none_of(call.tensors, is_padded)) {
    // Two tensors of tiles are transposed before and after.
    const bool through_packer = tiled && call.tensors.size() == 2;
    if (!through_packer || call.a().dtype() == DType::bf16) return std::nullopt;
    return refuse(ErrorKind::unsupported,
                  "[{}] expected bf16 where two tensors in shards of tiles are joined; found {}",
                  call.name(), to_string(call.a().dtype()));
  }
  return refuse(ErrorKind::unsupported,
                "[{}] expected shards of tiles without padding; found shape {}", call.name(),
                call.shape);
}

}  // namespace

std::optional<Refusal> refuse_move_in_shards(const OpCall& call) {
  switch (call.op) {
    case Op::to_memory: return refuse_memory_move(call);
    case Op::to_layout: return refuse_layout(call);
    case Op::concat: return refuse_concat(call);
    default: return refuse_pages_beside(call);
  }
}

// A result in shards without padding has the input's; where padding goes, its size follows from the rows and columns
// that are left.
Place place_of_layout(const OpCall& call) {
  const Place in = place_of(call.a());
  Place out = asked_place(call.attributes, in);
  const TiledShape tiled(call.shape);
  if (!out.is_sharded() || !in.is_sharded() || out.sharding->layout != in.sharding->layout)
    return out;
  Sharding shards = *in.sharding;
  if (!tiled.is_whole() && *call.attributes.layout == Layout::row_major) {
    const std::int64_t rows = tiled.batch * tiled.rows;
    if (shards.layout == ShardLayout::height) {
      const std::int64_t of_core = ceil_div(rows, shards.core_count());
      shards.shard_rows = ceil_div(of_core, tile_side) * tile_side;
      shards.shard_columns = tiled.cols;
    } else {
      shards.shard_rows = rows;
    }
  }
  return shards;
}

}  // namespace wattention::wormhole
