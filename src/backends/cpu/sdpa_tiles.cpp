#include "backends/cpu/sdpa_tiles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/interrupt.h"

namespace wattention::cpu {
namespace {

// Of a tile: two vectors of 16, or four of 8.
constexpr std::size_t most_lanes = 32;

constexpr float lowest = -std::numeric_limits<float>::infinity();

// Of a unit: 8 tiles of 32 rows and 128 columns with their queries are 8 x 32 KB of L2 beside a block of keys and
// values of 2 x 66 KB. Half as many where there are few units for each thread.
constexpr std::int64_t most_rows = 256, units_worth_most = 8;

std::int64_t widest_tile(const AttentionKernel& kernel) {
  return kernel.tile_vectors * kernel.lanes;
}

// What a tile's sums are worth where they stand for the largest score: a state's do.
float for_the_score(float top, float factor) {
  const float power = top * factor;
  if (!(std::fabs(power) < near_reference)) return 1.0f;
  return static_cast<float>(std::exp2(std::nearbyint(power) - double{top} * factor));
}

}  // namespace

std::int64_t rows_of_tile_unit(const SdpaRows& rows, int threads) {
  const std::int64_t heads = rows.view().batch * rows.view().kv_heads;
  const std::int64_t units = heads * ((rows.count() + most_rows - 1) / most_rows);
  const std::int64_t most = TileWorker::most_tiles * widest_tile(rows.kernel());
  return std::min(units >= units_worth_most * threads ? most_rows : most_rows / 2, most);
}

TileWorker::TileWorker(const SdpaRows& rows, const SdpaWork& work, std::byte* memory)
    : rows_(rows),
      work_(work),
      lanes_(rows.kernel().lanes),
      widest_(widest_tile(rows.kernel())),
      tiles_together_(rows.kernel().scores_of_two ? 2 : 1),
      words_(rows.kernel().pairs ? rows.view().head_dim / 2 : rows.view().head_dim),
      key_block_(std::clamp<std::int64_t>(rows.view().keys, 1, rows.kernel().key_block)) {
  const AttentionView& view = rows.view();
  const std::int64_t width = widest_;
  const std::int64_t tiles = (std::min(rows.count(), work.rows_per_unit()) + width - 1) / width;
  Carver carver(memory);
  for (int i = 0; i < tiles_together_; ++i)
    scores_[i] = {carver.take<float>((key_block_ + 1) * width), carver.take<float>(width), 0};
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
  gathered_ = carver.take<float>(work.writes_at_once() ? 0 : width * view.value_dim);
  mask_lines_ = carver.take<float>(view.mask ? key_block_ * width : 0);
  mask_ = carver.take<float>(view.mask ? key_block_ * width : 0);
  const bool direct = rows.element() == Element::f32;
  keys_ = carver.take<float>(direct || rows.kernel().pairs ? 0 : key_block_ * view.head_dim);
  values_ = carver.take<float>(direct ? 0 : key_block_ * view.value_dim);
  bytes_ = carver.bytes();
}

void TileWorker::run(const SdpaUnit& unit, const SdpaUnit* following, float* states) {
  tile_count_ = 0;
  std::int64_t from = unit.end_key, to = unit.first_key;
  for (std::int64_t row = unit.row_begin; row < unit.row_end; row += widest_) {
    Tile& tile = tiles_[tile_count_++];
    tile.first = row;
    tile.rows = std::min(widest_, unit.row_end - row);
    prepare(tile, unit);
    from = std::min(from, tile.first_from);
    to = std::max(to, tile.last_to);
  }
  key_lines_ = key_lines(unit);
  value_lines_ = value_lines(unit);
  from = block_start(from, unit.first_key, key_block_);
  if (key_lines_.at(from) != fetched_) fetch_block(from, std::min(from + key_block_, to));
  held_ = to - from <= key_block_ ? key_lines_.at(from) : nullptr;
  for (std::int64_t first = from; first < to; first += key_block_) {
    interruption_point();
    const Block block = block_of(first, std::min(key_block_, to - first));
    const std::int64_t next = first + block.count;
    const std::int64_t ahead = std::min(key_block_, to - next);
    for (int t = 0; t < tile_count_; t += tiles_together_) {
      const int end = std::min(t + tiles_together_, tile_count_);
      attend(t, end - t, unit, block);
      // A share of the next block at a time: memory answers while the next tiles are computed.
      if (ahead > 0) {
        fetch_block(next + ahead * t / tile_count_, next + ahead * end / tile_count_);
        continue;
      }
      if (following != nullptr) fetch_unit(*following, t, end);
      if (work_.writes_at_once()) fetch_contexts(unit, t, end);
    }
  }
  for (int t = 0; t < tile_count_; ++t) finish(tiles_[t], unit, states);
}

TileWorker::Lines TileWorker::key_lines(const SdpaUnit& unit) const {
  return {rows_.key(unit.batch, unit.kv_head, 0), rows_.key_bytes(),
          rows_.view().head_dim * rows_.element_bytes()};
}
TileWorker::Lines TileWorker::value_lines(const SdpaUnit& unit) const {
  return {rows_.value(unit.batch, unit.kv_head, 0), rows_.value_bytes(),
          rows_.view().value_dim * rows_.element_bytes()};
}

void TileWorker::prepare(Tile& tile, const SdpaUnit& unit) {
  tile.vectors = static_cast<int>((tile.rows + lanes_ - 1) / lanes_);
  const std::int64_t width = tile.vectors * lanes_;
  tile.is_new = true;
  prepare_ranges(tile, unit);
  std::fill_n(tile.top, width, lowest);
  std::fill_n(tile.sum, width, 0.0f);
  prepare_query(tile, unit);
}

void TileWorker::prepare_ranges(Tile& tile, const SdpaUnit& unit) {
  tile.first_from = unit.end_key;
  tile.first_to = unit.end_key;
  tile.last_from = tile.last_to = unit.first_key;
  const std::int64_t width = tile.vectors * lanes_;
  const std::int64_t different = rows_.view().queries_see_alike() ? 1 : width;
  for (std::int64_t lane = 0; lane < different; ++lane) {
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
  std::fill(tile.from + different, tile.from + width, tile.from[0]);
  std::fill(tile.to + different, tile.to + width, tile.to[0]);
}

void TileWorker::prepare_query(const Tile& tile, const SdpaUnit& unit) {
  std::array<const void*, most_lanes> rows;
  const std::int64_t width = tile.vectors * lanes_;
  for (std::int64_t lane = 0; lane < width; ++lane)
    rows[static_cast<std::size_t>(lane)] =
        rows_.query(unit.batch, unit.kv_head, tile.first + std::min(lane, tile.rows - 1));
  // Pairs of halves are words as they lie.
  const Element element = rows_.kernel().pairs ? Element::f32 : rows_.element();
  rows_.kernel().rows_to_lanes[static_cast<std::size_t>(element)](
      {rows.data(), words_, tile.vectors, reinterpret_cast<float*>(tile.query)});
}

TileWorker::Block TileWorker::block_of(std::int64_t first, std::int64_t count) {
  const AttentionView& view = rows_.view();
  Block block{first,
              count,
              key_lines_.at(first),
              key_lines_.stride,
              value_lines_.at(first),
              view.value_strides.row};
  if (rows_.element() == Element::f32) return block;
  block.values = values_;
  block.value_words = view.value_dim;
  if (rows_.kernel().pairs) {
    interleave_values(first, count);
    return block;
  }
  widen(key_lines_, first, count, view.head_dim, static_cast<float*>(keys_));
  widen(value_lines_, first, count, view.value_dim, static_cast<float*>(values_));
  block.keys = keys_;
  block.key_bytes = view.head_dim * 4;
  return block;
}

void TileWorker::widen(const Lines& lines, std::int64_t first, std::int64_t count,
                       std::int64_t columns, float* out) const {
  const auto widen_line = rows_.kernel().widen[static_cast<std::size_t>(rows_.element())];
  if (lines.stride == lines.bytes) return widen_line(lines.at(first), count * columns, out);
  for (std::int64_t i = 0; i < count; ++i)
    widen_line(lines.at(first + i), columns, out + i * columns);
}

void TileWorker::interleave_values(std::int64_t first, std::int64_t count) {
  const std::int64_t columns = rows_.view().value_dim;
  const auto row = [&](std::int64_t i) {
    return reinterpret_cast<const std::uint16_t*>(value_lines_.at(first + i));
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

void TileWorker::attend(int first_tile, int tiles, const SdpaUnit& unit, const Block& block) {
  score(first_tile, tiles, block);
  for (int i = 0; i < tiles; ++i)
    if (scores_[i].count > 0) weigh(tiles_[first_tile + i], unit, block, scores_[i]);
}

// Scores of one or two tiles with the keys that any of their rows may see.
void TileWorker::score(int first_tile, int tiles, const Block& block) {
  const AttentionKernel& kernel = rows_.kernel();
  const Tile* const tile = tiles_ + first_tile;
  for (int i = 0; i < tiles; ++i) {
    const bool sees = block.first + block.count > tile[i].first_from;
    scores_[i].count =
        sees ? std::clamp<std::int64_t>(tile[i].last_to - block.first, 0, block.count) : 0;
    std::fill_n(scores_[i].top, tile[i].vectors * lanes_, lowest);
  }
  std::int64_t common = 0;
  if (kernel.scores_of_two && tiles == 2 && tile[1].vectors == 2) {
    common = std::min(scores_[0].count, scores_[1].count);
    if (common > 0)
      kernel.scores_of_two(score_args(tile[0], scores_[0], block, 0, common),
                           score_args(tile[1], scores_[1], block, 0, common));
  }
  for (int i = 0; i < tiles; ++i)
    if (scores_[i].count > common)
      kernel.scores(score_args(tile[i], scores_[i], block, common, scores_[i].count - common));
}

ScoreArgs TileWorker::score_args(const Tile& tile, const Scores& scores, const Block& block,
                                 std::int64_t first, std::int64_t count) const {
  return {static_cast<const std::byte*>(block.keys) + first * block.key_bytes,
          block.key_bytes,
          count,
          words_,
          tile.query,
          tile.vectors,
          scores.scores + first * tile.vectors * lanes_,
          scores.top};
}

void TileWorker::weigh(Tile& tile, const SdpaUnit& unit, const Block& block, const Scores& scores) {
  const AttentionKernel& kernel = rows_.kernel();
  const std::int64_t count = scores.count;
  const bool limited = block.first < tile.last_from || block.first + count > tile.first_to;
  if (rows_.has_bias()) add_bias(tile, unit, block, scores);
  if (limited) limit(tile, block, scores);
  if (limited || rows_.has_bias()) kernel.tops(scores.scores, count, tile.vectors, scores.top);
  kernel.weigh({scores.scores, count, tile.vectors, rows_.factor(), tile.top, scores.top, tile.sum,
                shrink_});
  const std::int64_t steps = kernel.pairs ? (count + 1) / 2 : count;
  kernel.context({block.values, block.value_words, steps, rows_.view().value_dim, scores.scores,
                  tile.vectors, shrink_, tile.context, !tile.is_new});
  tile.is_new = false;
}

// Keys in front of and behind those that all of its rows see.
void TileWorker::limit(const Tile& tile, const Block& block, const Scores& scores) const {
  const std::int64_t width = tile.vectors * lanes_;
  const auto outside = [&](std::int64_t begin, std::int64_t end) {
    if (begin < end)
      rows_.kernel().limit({scores.scores + begin * width, end - begin, tile.vectors,
                            block.first + begin, tile.from, tile.to});
  };
  const std::int64_t front =
      std::clamp<std::int64_t>(tile.last_from - block.first, 0, scores.count);
  outside(0, front);
  outside(std::clamp(tile.first_to - block.first, front, scores.count), scores.count);
}

void TileWorker::add_bias(const Tile& tile, const SdpaUnit& unit, const Block& block,
                          const Scores& scores) {
  const AttentionView& view = rows_.view();
  const std::int64_t width = tile.vectors * lanes_;
  if (view.mask) {
    for (std::int64_t lane = 0; lane < width; ++lane)
      rows_.mask(unit.batch, unit.kv_head, tile.first + std::min(lane, tile.rows - 1), block.first,
                 scores.count, mask_lines_ + lane * key_block_);
    rows_.vector().transpose_words(mask_lines_, key_block_ * 4, width, scores.count,
                                   reinterpret_cast<std::uint32_t*>(mask_), width);
  }
  rows_.kernel().bias({scores.scores, view.mask ? mask_ : nullptr, scores.count, tile.vectors,
                       static_cast<float>(view.scale), static_cast<float>(view.softcap)});
}

void TileWorker::write(const Tile& tile, const SdpaUnit& unit) const {
  std::array<void*, most_lanes> rows;
  for (std::int64_t lane = 0; lane < tile.rows; ++lane)
    rows[static_cast<std::size_t>(lane)] =
        rows_.context(unit.batch, unit.kv_head, tile.first + lane);
  const std::uint32_t odd = rows_.kernel().lanes_to_rows[static_cast<std::size_t>(rows_.element())](
      {tile.context, tile.sum, rows_.view().value_dim, tile.vectors, tile.rows, rows.data()});
  for (std::int64_t lane = 0; lane < tile.rows; ++lane)
    if (odd >> lane & 1u) rows_.finish_by_formula(unit.batch, unit.kv_head, tile.first + lane);
}

void TileWorker::finish(const Tile& tile, const SdpaUnit& unit, float* states) {
  if (tile.is_new) std::fill_n(tile.context, rows_.view().value_dim * tile.vectors * lanes_, 0.0f);
  if (work_.writes_at_once()) return write(tile, unit);
  const std::int64_t width = tile.vectors * lanes_, columns = rows_.view().value_dim;
  rows_.vector().transpose_words(tile.context, width * 4, columns, width,
                                 reinterpret_cast<std::uint32_t*>(gathered_), columns);
  for (std::int64_t lane = 0; lane < tile.rows; ++lane) {
    const float share = for_the_score(tile.top[lane], rows_.factor());
    tile.sum[lane] *= share;
    for (std::int64_t i = 0; i < columns; ++i) gathered_[lane * columns + i] *= share;
    work_.finish(unit, tile.first + lane,
                 {tile.top + lane, tile.sum + lane, gathered_ + lane * columns}, states);
  }
}

}  // namespace wattention::cpu
