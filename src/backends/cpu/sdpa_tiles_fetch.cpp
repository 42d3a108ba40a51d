// What tiles ask memory for ahead of its use. It moves no bit.
#include <algorithm>

#include "backends/cpu/sdpa_tiles.h"

namespace wattention::cpu {

// Asks memory for lines [first, last): strips read many of them side by side, which processors' own prefetching does
// not follow.
void TileWorker::fetch(const Lines& lines, std::int64_t first, std::int64_t last) {
  constexpr std::int64_t line = 64;
  for (std::int64_t i = first; i < last; ++i)
    for (std::int64_t at = 0; at < lines.bytes; at += line)
      __builtin_prefetch(lines.at(i) + at, 0, 2);
}

void TileWorker::fetch_block(std::int64_t first, std::int64_t last) const {
  fetch(key_lines_, first, last);
  fetch(value_lines_, first, last);
}

// A share, tiles [begin, end) of those that there are, of the queries of a unit and of its first keys and values.
void TileWorker::fetch_unit(const SdpaUnit& unit, int begin, int end) {
  const std::int64_t rows = unit.row_end - unit.row_begin;
  const std::int64_t query_bytes = rows_.view().head_dim * rows_.element_bytes();
  for (std::int64_t i = rows * begin / tile_count_; i < rows * end / tile_count_; ++i)
    fetch({rows_.query(unit.batch, unit.kv_head, unit.row_begin + i), 0, query_bytes}, 0, 1);
  const std::int64_t from =
      block_start(rows_.range(unit.batch, unit.row_begin).from, unit.first_key, key_block_);
  fetched_ = key_lines(unit).at(from);
  if (fetched_ == held_) return;
  const std::int64_t keys = std::clamp<std::int64_t>(unit.end_key - from, 0, key_block_);
  for (const Lines& lines : {key_lines(unit), value_lines(unit)})
    fetch(lines, from + keys * begin / tile_count_, from + keys * end / tile_count_);
}

// Where the rows of tiles [begin, end) will be written: a line that is not there makes a store wait.
void TileWorker::fetch_contexts(const SdpaUnit& unit, int begin, int end) const {
  const std::int64_t bytes = rows_.view().value_dim * rows_.element_bytes();
  for (const Tile* tile = tiles_ + begin; tile < tiles_ + end; ++tile)
    for (std::int64_t row = tile->first; row < tile->first + tile->rows; ++row)
      fetch({rows_.context(unit.batch, unit.kv_head, row), 0, bytes}, 0, 1);
}

}  // namespace wattention::cpu
