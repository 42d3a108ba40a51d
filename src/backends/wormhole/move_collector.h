#pragma once
// The programs of one move, one after the other. move_programs.cpp has those of pages, move_programs_in_shards.cpp
// those of shards.
#include <string_view>
#include <utility>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_programs.h"
#include "backends/wormhole/move_work.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/tilize.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {

/// Rows count as tiles of 1024 elements.
inline std::int64_t tiles_of(const Shape& shape, Layout layout) {
  return layout == Layout::tile ? TiledShape(shape).tiles()
                                : ceil_div(shape.numel(), tile_elements);
}

/// Collects the programs of one call, op by op; then take() has them.
class Collector {
 public:
  explicit Collector(const OpCall& call)
      : call_(call),
        layout_(call.a().layout()),
        memory_(call.a().memory()),
        read_(tiles_of(call.a().shape(), layout_)),
        written_(tiles_of(call.shape, layout_)),
        dtype_(call.a().dtype()) {
    found_.memory = call.attributes.memory.value_or(memory_);
  }

  MovePrograms take() {
    // The memory that was asked for, where the op itself had nothing to do.
    if (found_.programs.empty() && found_.memory != memory_)
      add("copy", "copy", "copy_interleaved", read_, read_);
    found_.dtype = dtype_;
    return std::move(found_);
  }

  void reorder();
  void reshape();
  void to_layout();
  void to_memory(const Place& to);
  void slice();
  void concat();
  void pad();
  void repeat();
  void repeat_interleave();
  void full_like();
  void clone();
  void split_heads();
  void concatenate_heads();
  void write_cache();

 private:
  // move_programs_in_shards.cpp
  void concat_in_shards();
  void pad_in_shards();
  void slice_in_shards();
  void reorder_in_shards();
  void layout_in_shards(const OpCall& call);
  void from_shards(const Sharding& shards, std::int64_t tiles);
  void to_shards(const Sharding& shards, std::int64_t tiles);
  bool in_shards() const {
    return call_.a().sharding() != nullptr || call_.attributes.sharding.has_value();
  }
  bool tiled() const { return layout_ == Layout::tile; }

  void add(std::string_view op, std::string_view program, std::string_view kernel,
           std::int64_t tiles, std::int64_t out_tiles) {
    found_.programs.push_back(
        {op, program, kernel, tiles, out_tiles, memory_, found_.memory, dtype_, dtype_});
  }
  void add_packed(std::string_view op, std::string_view program, std::string_view kernel,
                  std::int64_t tiles, std::int64_t out_tiles) {
    add(op, program, kernel, tiles, out_tiles);
    last().unit = computed_tile();
    last().unit.tiles.copies = 1;
    found_.through_packer = true;
  }
  void untilize(const Shape& shape) {
    add_packed("untilize", "untilize with unpadding", "untilize_with_unpadding",
               tiles_of(shape, Layout::tile), tiles_of(shape, Layout::row_major));
    found_.in_fp16 = true;
    share_untilize(last(), tile_rows(shape));
    if (is_block(dtype_)) found_.programs.back().out_dtype = dtype_ = DType::bf16;
  }
  void tilize(const Shape& shape) {
    add_packed("tilize", "tilize with value padding", "tilize_with_val_padding",
               tiles_of(shape, Layout::row_major), tiles_of(shape, Layout::tile));
    found_.in_fp16 = true;
    share_tilize(last(), tile_rows(shape));
  }
  void permute_rows(std::int64_t tiles) {
    add_packed("permute", "permute, rows in blocks", "permute_rm_blocked_generic", tiles, tiles);
    last().unit = block_of_rows();
  }
  // Rows are shared out and moved one by one.
  void by_rows(const Shape& shape) { last().units = rows_of(shape); }
  MoveProblem& last() { return found_.programs.back(); }
  // Where the result goes.
  void put(const Place& place) {
    found_.memory = last().out_memory = place.memory;
    found_.sharding = place.sharding;
  }
  void run_on(const Sharding& shards, const LocalTensors& local) {
    last().shards = shards;
    last().local = local;
  }
  // A core's rows one by one.
  void by_rows_of_shard(const Sharding& shards) { last().units_of_core = shards.shard_rows; }

  const OpCall& call_;
  Layout layout_;
  Memory memory_;                // of the first operand
  std::int64_t read_, written_;  // tiles, or as many elements in rows
  DType dtype_;                  // of what the last program left
  MovePrograms found_;
};

/// Of the others only dimensions of size 1 move.
bool moves_nothing(const Shape& shape, std::span<const int> dims, Layout layout);

}  // namespace wattention::wormhole
