#include "backends/cpu/sdpa_tiles.h"

#include <algorithm>
#include <limits>

#include "base/interrupt.h"

namespace wattention::cpu {
namespace {

constexpr float lowest = -std::numeric_limits<float>::infinity();

// Keys of a block: scores of two vectors of 16 lanes take 126 x 32 x 4 B = 16 KB of L1 beside the query's words. A
// multiple of the strips of 14, 6 and 2 (pairs) keys.
constexpr std::int64_t keys_per_block = 126;

}  // namespace

TileWorker::TileWorker(const SdpaRows& rows, const SdpaWork& work, std::byte* memory)
    : rows_(rows),
      work_(work),
      lanes_(rows.kernel().lanes),
      words_(rows.kernel().pairs ? rows.view().head_dim / 2 : rows.view().head_dim),
      key_block_(std::min(keys_per_block, std::max<std::int64_t>(rows.view().keys, 1))) {
  const AttentionView& view = rows.view();
  const std::int64_t width = 2 * lanes_, columns = std::max(view.head_dim, view.value_dim);
  const std::int64_t tiles = (std::min(rows.count(), rows_per_tile_unit) + width - 1) / width;
  Carver carver(memory);
  scores_ = carver.take<float>((key_block_ + 1) * width);
  block_top_ = carver.take<float>(width);
  shrink_ = carver.take<float>(width);
  for (std::int64_t t = 0; t < tiles; ++t) {
    Tile& tile = tiles_[t];
    tile.query = carver.take<std::uint32_t>(words_ * width);
    tile.context = carver.take<float>(view.value_dim * width);
    tile.top = carver.take<float>(width);
    tile.sum = carver.take<float>(width);
    tile.from = carver.take<std::int32_t>(width);
    tile.to = carver.take<std::int32_t>(width);
  }
  gathered_ = carver.take<float>(width * columns);
  mask_lines_ = carver.take<float>(view.mask ? key_block_ * width : 0);
  mask_ = carver.take<float>(view.mask ? key_block_ * width : 0);
  const bool direct = rows.element() == Element::f32;
  keys_ = carver.take<float>(direct || rows.kernel().pairs ? 0 : key_block_ * view.head_dim);
  values_ = carver.take<float>(direct ? 0 : key_block_ * view.value_dim);
  bytes_ = carver.bytes();
}

void TileWorker::run(const SdpaUnit& unit, float* states) {
  const std::int64_t width = 2 * lanes_;
  tile_count_ = 0;
  std::int64_t from = unit.end_key, to = unit.first_key;
  for (std::int64_t row = unit.row_begin; row < unit.row_end; row += width) {
    Tile& tile = tiles_[tile_count_++];
    tile.first = row;
    tile.rows = std::min(width, unit.row_end - row);
    prepare(tile, unit);
    from = std::min(from, tile.first_from);
    to = std::max(to, tile.last_to);
  }
  from = block_start(from, unit.first_key, key_block_);
  fetch(unit, from, to);
  for (std::int64_t first = from; first < to; first += key_block_) {
    interruption_point();
    fetch(unit, first + key_block_, to);
    const Block block = block_of(unit, first, std::min(key_block_, to - first));
    for (int t = 0; t < tile_count_; ++t) attend(tiles_[t], unit, block);
  }
  for (int t = 0; t < tile_count_; ++t) finish(tiles_[t], unit, states);
}

void TileWorker::prepare(Tile& tile, const SdpaUnit& unit) {
  tile.vectors = tile.rows <= lanes_ ? 1 : 2;
  const std::int64_t width = tile.vectors * lanes_;
  tile.first_from = unit.end_key;
  tile.first_to = unit.end_key;
  tile.last_from = tile.last_to = unit.first_key;
  for (std::int64_t lane = 0; lane < width; ++lane) {
    // Lanes beyond the last row see what it sees, and are dropped.
    const std::int64_t row = tile.first + std::min(lane, tile.rows - 1);
    const KeyRange range = rows_.range(unit.batch, row);
    const std::int64_t from = std::clamp(range.from, unit.first_key, unit.end_key);
    const std::int64_t to = std::clamp(range.to, from, unit.end_key);
    tile.from[lane] = static_cast<std::int32_t>(from);
    tile.to[lane] = static_cast<std::int32_t>(to);
    if (from < to) {
      tile.first_from = std::min(tile.first_from, from);
      tile.last_to = std::max(tile.last_to, to);
    }
    tile.last_from = std::max(tile.last_from, from);
    tile.first_to = std::min(tile.first_to, to);
  }
  std::fill_n(tile.top, width, lowest);
  std::fill_n(tile.sum, width, 0.0f);
  std::fill_n(tile.context, rows_.view().value_dim * width, 0.0f);
  prepare_query(tile, unit);
}

void TileWorker::prepare_query(const Tile& tile, const SdpaUnit& unit) {
  const AttentionKernel& kernel = rows_.kernel();
  const std::int64_t width = tile.vectors * lanes_;
  auto* lines = reinterpret_cast<std::byte*>(gathered_);
  const std::int64_t line_bytes = words_ * 4;
  for (std::int64_t lane = 0; lane < width; ++lane) {
    const std::int64_t row = tile.first + std::min(lane, tile.rows - 1);
    const std::byte* query = rows_.query(unit.batch, unit.kv_head, row);
    if (kernel.pairs) {
      std::copy_n(query, line_bytes, lines + lane * line_bytes);
    } else {
      kernel.widen[static_cast<std::size_t>(rows_.element())](
          query, words_, reinterpret_cast<float*>(lines + lane * line_bytes));
    }
  }
  rows_.vector().transpose_words(lines, line_bytes, width, words_, tile.query, width);
}

TileWorker::Block TileWorker::block_of(const SdpaUnit& unit, std::int64_t first,
                                       std::int64_t count) {
  const AttentionView& view = rows_.view();
  const AttentionKernel& kernel = rows_.kernel();
  Block block{first,
              count,
              rows_.key(unit.batch, unit.kv_head, first),
              rows_.key_bytes(),
              rows_.value(unit.batch, unit.kv_head, first),
              view.value_strides.row};
  if (rows_.element() == Element::f32) return block;
  block.values = values_;
  block.value_words = view.value_dim;
  if (kernel.pairs) {
    interleave_values(unit, first, count);
    return block;
  }
  const auto widen = kernel.widen[static_cast<std::size_t>(rows_.element())];
  for (std::int64_t i = 0; i < count; ++i) {
    widen(rows_.key(unit.batch, unit.kv_head, first + i), view.head_dim,
          static_cast<float*>(keys_) + i * view.head_dim);
    widen(rows_.value(unit.batch, unit.kv_head, first + i), view.value_dim,
          static_cast<float*>(values_) + i * view.value_dim);
  }
  block.keys = keys_;
  block.key_bytes = view.head_dim * 4;
  return block;
}

// Asks memory for the block's rows: strips read many of them side by side, which processors' own prefetching does not
// follow.
void TileWorker::fetch(const SdpaUnit& unit, std::int64_t first, std::int64_t end) const {
  constexpr std::int64_t line = 64;
  const std::int64_t last = std::min(first + key_block_, end);
  const std::int64_t key_row = rows_.view().head_dim * rows_.element_bytes();
  const std::int64_t value_row = rows_.view().value_dim * rows_.element_bytes();
  for (std::int64_t i = first; i < last; ++i) {
    const std::byte *key = rows_.key(unit.batch, unit.kv_head, i),
                    *value = rows_.value(unit.batch, unit.kv_head, i);
    for (std::int64_t at = 0; at < key_row; at += line) __builtin_prefetch(key + at, 0, 2);
    for (std::int64_t at = 0; at < value_row; at += line) __builtin_prefetch(value + at, 0, 2);
  }
}

void TileWorker::interleave_values(const SdpaUnit& unit, std::int64_t first, std::int64_t count) {
  const std::int64_t columns = rows_.view().value_dim;
  const auto row = [&](std::int64_t i) {
    return reinterpret_cast<const std::uint16_t*>(rows_.value(unit.batch, unit.kv_head, first + i));
  };
  auto* words = static_cast<std::uint32_t*>(values_);
  for (std::int64_t i = 0; i < count; i += 2, words += columns) {
    if (i + 1 < count) {
      rows_.vector().interleave(row(i), row(i + 1), columns, words);
    } else {
      std::copy_n(row(i), columns, words);  // the odd key's weight is 0, and so is its value
    }
  }
}

void TileWorker::attend(const Tile& tile, const SdpaUnit& unit, const Block& block) {
  const std::int64_t count = std::min(block.count, tile.last_to - block.first);
  if (count <= 0 || block.first + block.count <= tile.first_from) return;
  const AttentionKernel& kernel = rows_.kernel();
  kernel.scores(
      {block.keys, block.key_bytes, count, words_, tile.query, tile.vectors, scores_, block_top_});
  const bool limited = block.first < tile.last_from || block.first + count > tile.first_to;
  if (rows_.has_bias()) add_bias(tile, unit, block, count);
  if (limited) kernel.limit({scores_, count, tile.vectors, block.first, tile.from, tile.to});
  if (limited || rows_.has_bias()) kernel.tops(scores_, count, tile.vectors, block_top_);
  kernel.weigh(
      {scores_, count, tile.vectors, rows_.factor(), tile.top, block_top_, tile.sum, shrink_});
  const std::int64_t steps = kernel.pairs ? (count + 1) / 2 : count;
  kernel.context({block.values, block.value_words, steps, rows_.view().value_dim, scores_,
                  tile.vectors, shrink_, tile.context});
}

void TileWorker::add_bias(const Tile& tile, const SdpaUnit& unit, const Block& block,
                          std::int64_t count) {
  const AttentionView& view = rows_.view();
  const std::int64_t width = tile.vectors * lanes_;
  if (view.mask) {
    for (std::int64_t lane = 0; lane < width; ++lane)
      rows_.mask(unit.batch, unit.kv_head, tile.first + std::min(lane, tile.rows - 1), block.first,
                 count, mask_lines_ + lane * key_block_);
    rows_.vector().transpose_words(mask_lines_, key_block_ * 4, width, count,
                                   reinterpret_cast<std::uint32_t*>(mask_), width);
  }
  rows_.kernel().bias({scores_, view.mask ? mask_ : nullptr, count, tile.vectors,
                       static_cast<float>(view.scale), static_cast<float>(view.softcap)});
}

void TileWorker::finish(const Tile& tile, const SdpaUnit& unit, float* states) {
  const std::int64_t width = tile.vectors * lanes_, columns = rows_.view().value_dim;
  rows_.vector().transpose_words(tile.context, width * 4, columns, width,
                                 reinterpret_cast<std::uint32_t*>(gathered_), columns);
  for (std::int64_t lane = 0; lane < tile.rows; ++lane)
    work_.finish(unit, tile.first + lane,
                 {tile.top + lane, tile.sum + lane, gathered_ + lane * columns}, states);
}

}  // namespace wattention::cpu
