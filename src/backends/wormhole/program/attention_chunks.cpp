#include "backends/wormhole/program/attention_chunks.h"

#include <array>

namespace wattention::wormhole {
namespace {

constexpr std::int64_t dst_tiles = 8;  // of 16 bits, half of the registers

std::int64_t largest_factor(std::int64_t number, std::int64_t most) {
  std::int64_t factor = std::max<std::int64_t>(most, 1);
  while (number % factor != 0) --factor;
  return factor;
}

Subblock of_scores(const AttentionNumerics& numerics) {
  return largest_subblock(numerics.query_tiles, numerics.key_tiles, dst_tiles, dst_tiles);
}

}  // namespace

Subblock largest_subblock(std::int64_t rows, std::int64_t cols, std::int64_t tiles,
                          std::int64_t most_rows) {
  constexpr std::array<Subblock, 20> known = {
      {{2, 4}, {4, 2}, {1, 8}, {8, 1}, {1, 7}, {7, 1}, {2, 3}, {3, 2}, {1, 6}, {6, 1},
       {1, 5}, {5, 1}, {2, 2}, {1, 4}, {4, 1}, {1, 3}, {3, 1}, {1, 2}, {2, 1}, {1, 1}}};
  const auto fits = [&](const Subblock& block) {
    return block.height * block.width <= tiles && block.height <= most_rows &&
           rows % block.height == 0 && cols % block.width == 0;
  };
  return *std::ranges::find_if(known, fits);
}

ChunkRange key_chunks(const AttentionNumerics& numerics, std::int64_t query_chunk,
                      std::int64_t key_tiles) {
  const std::int64_t start = query_chunk * numerics.query_tiles;
  ChunkRange range{0, ceil_div(key_tiles, numerics.key_tiles)};
  if (numerics.causal)
    range.end = std::min(range.end, ceil_div(start + numerics.query_tiles, numerics.key_tiles));
  if (numerics.window > 0) {
    const std::int64_t reach = ceil_div(numerics.window - 1, std::int64_t{32});
    if (start > reach) range.first = (start - reach) / numerics.key_tiles;
  }
  return range;
}

std::int64_t active_tiles(const AttentionNumerics& numerics, std::int64_t query_chunk,
                          std::int64_t key_chunk, std::int64_t key_tiles) {
  const std::int64_t start = key_chunk * numerics.key_tiles;
  const bool last = key_chunk + 1 == key_chunks(numerics, query_chunk, key_tiles).end;
  std::int64_t end = start + numerics.key_tiles;
  if (!last || numerics.fp32_accumulate) return end - start;
  end = std::min(end, numerics.causal ? (query_chunk + 1) * numerics.query_tiles : key_tiles);
  return end - start;
}

std::int64_t split_rows(const AttentionNumerics& numerics, std::int64_t value_tiles) {
  constexpr std::int64_t most_rows = 2;
  const Subblock block = largest_subblock(numerics.query_tiles, value_tiles, dst_tiles, most_rows);
  const bool doubles =
      block.height == 1 && 2 * block.width <= dst_tiles && numerics.query_tiles >= 2;
  return doubles ? 2 : block.height;
}

std::int64_t split_width(const AttentionNumerics& numerics, std::int64_t active) {
  const std::int64_t width = of_scores(numerics).width;
  return active % width == 0 ? width : largest_factor(active, width);
}

}  // namespace wattention::wormhole
