#pragma once
// Units of many rows: tiles through blocks of keys.
#include "backends/cpu/sdpa_work.h"

namespace wattention::cpu {

/// Rows of a unit of tiles: each block of keys and values is fetched, and widened or interleaved, once for all of them.
/// No row's bits hang on it.
std::int64_t rows_of_tile_unit(const SdpaRows& rows, int threads);

class TileWorker {
 public:
  /// Of a unit.
  static constexpr int most_tiles = 16;

  /// With null memory only bytes() holds.
  TileWorker(const SdpaRows& rows, const SdpaWork& work, std::byte* memory);
  std::int64_t bytes() const { return bytes_; }
  /// Writes the unit's rows, or their states where there are several pieces. Asks memory for what `next`, the unit that
  /// will probably follow, begins with, if it is not null.
  void run(const SdpaUnit& unit, const SdpaUnit* next, float* states);

 private:
  // A tile of the unit: lanes [0, rows) are rows [first, first + rows).
  struct Tile {
    std::int64_t first, rows;
    int vectors;
    bool is_new;           // it has met no key, and its context is nothing yet
    std::uint32_t* query;  // [words][width]
    float* context;        // [value_dim][width]
    float *top, *sum;      // [width]
    std::int32_t *from, *to;
    std::int64_t first_from, last_from, first_to, last_to;  // the least and the largest of them
  };
  // Rows of keys or values of the unit's head, as they lie.
  struct Lines {
    const std::byte* first;
    std::int64_t stride, bytes;  // from one to the next, and of one
    const std::byte* at(std::int64_t i) const { return first + i * stride; }
  };
  // A block of keys, as the kernel takes it.
  struct Block {
    std::int64_t first, count;
    const void* keys;
    std::int64_t key_bytes;
    const void* values;
    std::int64_t value_words;
  };
  // What a tile of the two that go together keeps of a block.
  struct Scores {
    float *scores, *top;  // [key][lane], [lane]
    std::int64_t count;
  };

  void prepare(Tile& tile, const SdpaUnit& unit);
  void prepare_ranges(Tile& tile, const SdpaUnit& unit);
  void prepare_query(const Tile& tile, const SdpaUnit& unit);
  Block block_of(std::int64_t first, std::int64_t count);
  void widen(const Lines& lines, std::int64_t first, std::int64_t count, std::int64_t columns,
             float* out) const;
  static void fetch(const Lines& lines, std::int64_t first, std::int64_t last);
  void fetch_block(std::int64_t first, std::int64_t last) const;
  void fetch_unit(const SdpaUnit& unit, int begin, int end);
  void fetch_contexts(const SdpaUnit& unit, int begin, int end) const;
  Lines key_lines(const SdpaUnit& unit) const;
  Lines value_lines(const SdpaUnit& unit) const;
  void interleave_values(std::int64_t first, std::int64_t count);
  void attend(int first_tile, int tiles, const SdpaUnit& unit, const Block& block);
  void score(int first_tile, int tiles, const Block& block);
  ScoreArgs score_args(const Tile& tile, const Scores& scores, const Block& block,
                       std::int64_t first, std::int64_t count) const;
  void weigh(Tile& tile, const SdpaUnit& unit, const Block& block, const Scores& scores);
  void limit(const Tile& tile, const Block& block, const Scores& scores) const;
  void add_bias(const Tile& tile, const SdpaUnit& unit, const Block& block, const Scores& scores);
  void write(const Tile& tile, const SdpaUnit& unit) const;
  void finish(const Tile& tile, const SdpaUnit& unit, float* states);

  const SdpaRows& rows_;
  const SdpaWork& work_;
  int lanes_;
  std::int64_t widest_;  // lanes of a tile
  int tiles_together_;   // tiles that are scored together
  std::int64_t words_;   // of a row of keys
  std::int64_t key_block_;
  Tile tiles_[most_tiles];
  int tile_count_ = 0;
  Lines key_lines_, value_lines_;
  // `fetched_`: the first key of the block that was asked for last. `held_`: that of the unit's block where it has only
  // one, which is in cache after it.
  const std::byte *fetched_ = nullptr, *held_ = nullptr;
  Scores scores_[2];
  float* shrink_;
  float* gathered_;            // [width][value_dim]: contexts by rows
  float *mask_lines_, *mask_;  // [width][key_block], [key_block][width]
  void *keys_, *values_;       // widened, or values interleaved
  std::int64_t bytes_ = 0;
};

}  // namespace wattention::cpu
