// Programs of moves that run where shards lie, or fill and empty them.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: data_movement (sharded, concat, pad, slice, transpose),
// core/to_memory_config.
#include <algorithm>

#include "backends/wormhole/move_collector.h"
#include "backends/wormhole/move_in_shards.h"

namespace wattention::wormhole {
namespace {

// Of a data-movement core: load, store and the loop, as in plus_one.cpp.
constexpr std::int64_t cycles_of_copied_byte = 8;

}  // namespace

void Collector::from_shards(const Sharding& shards, std::int64_t tiles) {
  add("sharded_to_interleaved", "sharded to interleaved", "sharded_to_interleaved", tiles, tiles);
  run_on(shards, {.input = true});
}

void Collector::to_shards(const Sharding& shards, std::int64_t tiles) {
  add("interleaved_to_sharded", "interleaved to sharded", "interleaved_to_sharded", tiles, tiles);
  put(shards);
  run_on(shards, {.output = true});
  constexpr std::int64_t scratch_of_a_fill = 4;  // interleaved_to_sharded_program_factory.cpp
  last().scratch_tiles = scratch_of_a_fill;
}

// core/to_memory_config/to_memory_config_op.hpp; the programs of data_movement/sharded run on the cores whose shards
// they fill, or empty. take() adds the copy between memories.
void Collector::to_memory(const Place& to) {
  const Place from = place_of(call_.a());
  if (!from.is_sharded() && !to.is_sharded()) return;
  found_.memory = to.memory;
  found_.sharding = to.sharding;
  if (from == to) return;
  if (!from.is_sharded()) return to_shards(*to.sharding, read_);
  if (!to.is_sharded()) return from_shards(*from.sharding, read_);
  // Rows of other widths go by way of DRAM.
  if (tiled() || from.sharding->shard_columns == to.sharding->shard_columns) {
    add("reshard", "reshard", "reshard", read_, read_);
    // The cores of L1 fetch, or send to DRAM.
    return to.memory == Memory::l1 ? run_on(*to.sharding, {.output = true})
                                   : run_on(*from.sharding, {.input = true});
  }
  found_.memory = Memory::dram;
  from_shards(*from.sharding, read_);
  memory_ = Memory::dram;
  to_shards(*to.sharding, read_);
}

// Each core its own tiles, one by one.
void Collector::layout_in_shards(const OpCall& call) {
  const Place out = place_of_layout(call);
  put(out);
  last().unit = computed_tile();
  last().unit.tiles.copies = 1;
  last().program = *call.attributes.layout == Layout::tile ? "tilize, shards" : "untilize, shards";
  run_on(*call.a().sharding(), {.input = true, .output = out.is_sharded()});
}

// concat/device/concat_program_factory.cpp (sharded_concat_multi_core): each core joins its own shards, over its own
// connection to the network. Two of tiles are transposed before and after.
void Collector::concat_in_shards() {
  found_.whole_tiles = tiled();
  if (tiled() && call_.tensors.size() == 2)
    add_packed("concat", "concat, two in shards", "height_sharded_width_concat", written_,
               written_);
  else
    add("concat", "concat, shards", "reader_s2s_tensor_concat", written_, written_);
  if (!tiled()) last().unit.reads = std::max<std::int64_t>(1, tile_elements / call_.a().size(-1));
  put(*call_.attributes.sharding);
  run_on(*call_.attributes.sharding, {.output = true});
}

// The width by the cores that hold the rows, then the height: each core fetches the rows that come to lie in it.
void Collector::pad_in_shards() {
  const PaddedShards padded = padded_shards(call_);
  const std::int64_t wide_tiles =
      ceil_div(rows_of(call_.a().shape()) * call_.shape[-1], tile_elements);
  if (padded.wider) {
    add("pad", "pad, width of shards", "pad_rm_sharded_stickwise", read_, wide_tiles);
    put(padded.wide);
    run_on(padded.wide, {.input = true, .output = true});
    by_rows_of_shard(padded.wide);
    // The row is written with the value first; then the core copies byte by byte.
    last().unit.reads = 2;
    last().unit.reader_cycles =
        call_.a().size(-1) * static_cast<std::int64_t>(size_of(dtype_)) * cycles_of_copied_byte;
  }
  if (!padded.higher) return;
  add("pad", "pad, height of shards", "pad_rm_sharded", wide_tiles, written_);
  put(padded.out);
  found_.pairs_in_rows = dtype_ == DType::f32;
  if (!padded.out.is_sharded()) return;
  run_on(*padded.out.sharding, {.output = true});
  by_rows_of_shard(*padded.out.sharding);
}

// Tiles leave their shards as rows, and become tiles again where the result lies.
void Collector::slice_in_shards() {
  const Place to = asked_place(call_.attributes, place_of(call_.a()));
  if (call_.shape == call_.a().shape()) return to_memory(to);
  if (call_.a().sharding() == nullptr) return;
  const std::int64_t rows = tiles_of(call_.shape, Layout::row_major);
  if (tiled()) {
    untilize(call_.a().shape());
    layout_in_shards(as_layout(call_, Layout::row_major));
  }
  if (!to.is_sharded()) {
    memory_ = to.memory;
    add("slice", "slice, rows", "slice_rm", rows, rows);
    put(to);
    by_rows(call_.shape);
    if (tiled()) tilize(call_.shape);
    return;
  }
  add("slice", "slice, shards", "slice_rm_sharded", rows, rows);
  put(to);
  run_on(*to.sharding, {.output = true});
  by_rows_of_shard(*to.sharding);
  if (!tiled()) return;
  tilize(call_.shape);
  put(to);
  last().program = "tilize, shards";
  last().unit = computed_tile();
  last().unit.tiles.copies = 1;
  run_on(*to.sharding, {.input = true, .output = true});
}

// permute/permute.cpp: turns of two dimensions, one after the other.
void Collector::reorder_in_shards() {
  if (call_.a().rank() < 2 || moves_nothing(call_.a().shape(), *call_.attributes.dims, layout_))
    return to_memory(asked_place(call_.attributes, place_of(call_.a())));
  if (call_.a().sharding() == nullptr) return;
  Sharding lies = *call_.a().sharding();
  for (const Turn& turn : turns_in_shards(call_)) {
    if (!turn.swaps_sides) {
      add("transpose", "transpose HC, shards", "transpose_hc_sharded", read_, written_);
      run_on(lies, {.output = true});
      by_rows_of_shard(lies);
    } else {
      add_packed("transpose", tiled() ? "transpose WH, shards" : "transpose WH, rows in shards",
                 tiled() ? "transpose_wh_sharded" : "transpose_wh_sharded_rm", read_, written_);
      if (!tiled()) last().unit = block_of_rows();
      run_on(lies, {.input = true, .output = true});
    }
    put(turn.to);
    lies = turn.to;
  }
}

}  // namespace wattention::wormhole
