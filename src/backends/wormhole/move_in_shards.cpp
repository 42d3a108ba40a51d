// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: core/to_memory_config, core/to_layout/to_layout_op.cpp,
// data_movement: untilize/device/untilize_op.cpp, untilize_with_unpadding/device/untilize_with_unpadding_op.cpp,
// tilize/device/tilize_op.cpp. The refusals end with their sentences.
#include "backends/wormhole/move_in_shards.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_programs.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {

Refusal refuse_in_words(const OpCall& call, std::string_view expected, const std::string& found,
                        std::string_view sentence) {
  return refuse(ErrorKind::bad_input, "[{}] expected {}; found {}. {}", call.name(), expected,
                found, sentence);
}

Refusal refuse_shards_here(const OpCall& call) {
  return refuse(ErrorKind::unsupported, "[{}] expected tensors in pages; found {}", call.name(),
                to_string(asked_place(call.attributes, place_of(call.a()))));
}

namespace {

// interleaved_to_sharded_op.cpp, sharded_to_interleaved_op.cpp, reshard_op.cpp: what they ask of shards in DRAM.
std::optional<Refusal> refuse_move_in_dram(const OpCall& call) {
  const Place from = place_of(call.a()), to = asked_place(call.attributes, from);
  const bool leaves = from.is_sharded_in(Memory::dram), comes = to.is_sharded_in(Memory::dram);
  if ((!leaves && !comes) || from == to) return std::nullopt;
  const auto bad = [&](std::string_view expected, std::string_view sentence) {
    return refuse_in_words(call, expected, fmt::format("{} and {}", to_string(from), to_string(to)),
                           sentence);
  };
  const bool by_pages = call.a().layout() == Layout::row_major && from.is_sharded() &&
                        to.is_sharded() &&
                        from.sharding->shard_columns != to.sharding->shard_columns;
  if (leaves && (!to.is_sharded() || by_pages))
    return bad("shards in l1 that become pages", "Input tensor must be in L1");
  if (!from.is_sharded() || by_pages) return bad("shards in l1 made of pages", "Error");
  const bool lines =
      from.sharding->layout == to.sharding->layout && to.sharding->layout != ShardLayout::block;
  if (leaves && comes && lines)
    return bad("shards in l1 on one side at least",
               to.sharding->layout == ShardLayout::height
                   ? "Resharding height shard to height shard must have at least one buffer in L1"
                   : "Resharding width shard to width shard must have at least one buffer in L1");
  if (comes && !lines)
    return bad("a result in l1", "Resharding requires output buffer to be in L1");
  return std::nullopt;
}

}  // namespace

Refusal refuse_open_shards(const OpCall& call) {
  return refuse_in_words(call, "shards with shape and cores",
                         to_string(*call.attributes.sharding) + " alone",
                         "MemoryConfig must have Shard Spec specified for sharded memory layout");
}

Refusal refuse_pages_into_shards(const OpCall& call) {
  if (!call.attributes.sharding->is_placed()) return refuse_open_shards(call);
  return refuse(ErrorKind::unverified,
                "[{}] expected pages after as before, as the release's program of pages takes the "
                "addresses of shards for those of pages; found {}",
                call.name(), to_string(*call.attributes.sharding));
}

std::optional<Refusal> refuse_memory_move(const OpCall& call) {
  const auto& sharding = call.attributes.sharding;
  if (sharding && !sharding->is_placed()) return refuse_open_shards(call);
  return refuse_move_in_dram(call);
}

namespace {

std::optional<Refusal> refuse_tilize(const OpCall& call) {
  const Sharding& shards = *call.a().sharding();
  if (!TiledShape(call.shape).is_whole()) return refuse_shards_here(call);
  if (shards.shard_rows % tile_side != 0 || shards.shard_columns % tile_side != 0)
    return refuse_in_words(
        call, "shards of whole tiles", to_string(shards),
        "ttnn::to_layout: Sharded tensor must have shard shape that is a multiple of "
        "TILE_SIZE!");
  const Place out = place_of_layout(call);
  if (shards.layout == ShardLayout::height && shards.order == ShardOrder::by_row &&
      out.is_sharded() && out.sharding->layout == shards.layout)
    return std::nullopt;
  return refuse_in_words(call, "shards of rows, by row, before and after", to_string(shards),
                         "Error");
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
    return refuse_in_words(call,
                           "a result in the same shards, of blocks without padding, or in pages",
                           fmt::format("{} and {}", to_string(in), to_string(out)), "Error");
  if (padded && !out.is_sharded() && in.layout != ShardLayout::height && tiled.batch != 1)
    return refuse_in_words(call, "one matrix", fmt::format("{}", call.shape),
                           "Can only write unbatched output interleaved");
  if (!out.is_sharded() || !padded || keeps_rows(call, *out.sharding)) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected shards whose rows stay where they are without padding; found {} "
                "and {}",
                call.name(), to_string(in), to_string(out));
}

// Another shape of the same rows is a view; others go by way of pages.
std::optional<Refusal> refuse_reshape(const OpCall& call) {
  if (programs_of(call).programs.empty()) return std::nullopt;
  return call.a().layout() == Layout::tile ? std::optional(refuse_shards_here(call))
                                           : refuse_memory_move(call);
}

// repeat_interleave.cpp: a concat whose result is to lie in DRAM, whatever is asked for; the last dimension is
// transposed before.
std::optional<Refusal> refuse_interleave(const OpCall& call) {
  if (call.shape.numel() == call.a().numel()) return refuse_memory_move(call);
  if (call.a().sharding() != nullptr)
    return refuse_in_words(call, "pages", to_string(place_of(call.a())),
                           "Sharded output and inputs must have the same memory layout.");
  const Dims& repeats = *call.attributes.repeats;
  if (repeats[repeats.size() - 1] == 1) return std::nullopt;
  if (call.a().layout() == Layout::row_major) return refuse_pages_into_shards(call);
  return refuse_in_words(call, "pages after as before", to_string(*call.attributes.sharding),
                         "Interleaved input tensors cannot output sharded outputs");
}

Refusal refuse_clone(const OpCall& call) {
  return refuse_in_words(call, "pages", to_string(asked_place(call.attributes, place_of(call.a()))),
                         "Clone: not currently support sharding");
}

}  // namespace

std::optional<Refusal> refuse_layout_in_shards(const OpCall& call) {
  if (call.a().sharding() == nullptr) return refuse_shards_here(call);
  if (*call.attributes.layout == call.a().layout()) return std::nullopt;
  return *call.attributes.layout == Layout::tile ? refuse_tilize(call) : refuse_untilize(call);
}

std::optional<Refusal> refuse_move_in_shards(const OpCall& call) {
  switch (call.op) {
    case Op::to_memory: return refuse_memory_move(call);
    case Op::to_layout: return refuse_layout_in_shards(call);
    case Op::concat:
      return call.tensors.size() == 1 ? refuse_memory_move(call) : refuse_concat_in_shards(call);
    case Op::pad: return refuse_pad_in_shards(call);
    case Op::slice: return refuse_slice_in_shards(call);
    case Op::repeat: return refuse_repeat_in_shards(call);
    case Op::repeat_interleave: return refuse_interleave(call);
    case Op::clone: return refuse_clone(call);
    case Op::reshape: return refuse_reshape(call);
    case Op::transpose:
    case Op::permute: return refuse_reorder_in_shards(call);
    default: return refuse_shards_here(call);
  }
}

OpCall as_layout(const OpCall& call, Layout layout) {
  OpCall step{Op::to_layout, {call.a()}, std::nullopt, {}, call.a().shape()};
  step.attributes.layout = layout;
  step.attributes.memory = call.attributes.memory;
  step.attributes.sharding = call.attributes.sharding;
  return step;
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
