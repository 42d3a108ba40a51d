#pragma once
// Units of many rows: tiles through blocks of keys.
#include "backends/cpu/sdpa_work.h"

namespace wattention::cpu {

/// Rows of a unit: each block of keys and values is fetched, and widened or interleaved, once for all of them.
constexpr std::int64_t rows_per_tile_unit = 128;

class TileWorker {
 public:
  /// With null memory only bytes() holds.
  TileWorker(const SdpaRows& rows, const SdpaWork& work, std::byte* memory);
  std::int64_t bytes() const { return bytes_; }
  /// Writes the unit's rows, or their states where there are several pieces.
  void run(const SdpaUnit& unit, float* states);

 private:
  // A tile of the unit: lanes [0, rows) are rows [first, first + rows).
  struct Tile {
    std::int64_t first, rows;
    int vectors;
    std::uint32_t* query;  // [words][width]
    float* context;        // [value_dim][width]
    float *top, *sum;      // [width]
    std::int32_t *from, *to;
    std::int64_t first_from, last_from, first_to, last_to;  // the least and the largest of them
  };
  // A block of keys, as the kernel takes it.
  struct Block {
    std::int64_t first, count;
    const void* keys;
    std::int64_t key_bytes;
    const void* values;
    std::int64_t value_words;
  };

  void prepare(Tile& tile, const SdpaUnit& unit);
  void prepare_query(const Tile& tile, const SdpaUnit& unit);
  Block block_of(const SdpaUnit& unit, std::int64_t first, std::int64_t count);
  void fetch(const SdpaUnit& unit, std::int64_t first, std::int64_t end) const;
  void interleave_values(const SdpaUnit& unit, std::int64_t first, std::int64_t count);
  void attend(const Tile& tile, const SdpaUnit& unit, const Block& block);
  void add_bias(const Tile& tile, const SdpaUnit& unit, const Block& block, std::int64_t count);
  void finish(const Tile& tile, const SdpaUnit& unit, float* states);

  const SdpaRows& rows_;
  const SdpaWork& work_;
  int lanes_;
  std::int64_t words_;  // of a row of keys
  std::int64_t key_block_;
  static constexpr int most_tiles = 16;
  Tile tiles_[most_tiles];
  int tile_count_ = 0;
  float *scores_, *block_top_, *shrink_;
  float* gathered_;            // [width][head_dim or value_dim]: rows of queries or of the result
  float *mask_lines_, *mask_;  // [width][key_block], [key_block][width]
  void *keys_, *values_;       // widened, or values interleaved
  std::int64_t bytes_ = 0;
};

}  // namespace wattention::cpu
