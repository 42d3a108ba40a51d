#pragma once
// The contract of the kernels of scaled_dot_product_attention. As kernel.h's they own nothing: no memory, no threads.
//
// Many query rows go through the keys in tiles: a lane of a vector is a query row, so that maxima, exponentials and
// sums are plain vector operations, and keys and values are read as they lie, in rows:
//
//   scores  [key][lane] = sum over d of key[key][d] * query[d][lane]      keys broadcast, queries in vectors
//   weights [key][lane] = exp2(score * factor - reference[lane])
//   context [d][lane]   = context * shrink[lane] + sum over keys of value[key][d] * weights[key][lane]
//
// Few query rows (a decoded token) are bound by the bytes of keys and values; for them a vector lies along a row.
//
// A "word" is 32 bits: one f32, or two bf16 of neighbouring d (scores) or neighbouring keys (context).
#include "backends/cpu/kernel.h"

namespace wattention::cpu {

/// A tile has this many lanes: `vectors` (1 .. tile_vectors) times the kernel's lanes.
struct ScoreArgs {
  const void* keys;       ///< row of the first key
  int64_t key_bytes;      ///< from one key's row to the next
  int64_t count;          ///< keys
  int64_t words;          ///< of a row
  const uint32_t* query;  ///< [words][tile]
  int vectors;
  float* scores;  ///< [count][tile]
  float* top;     ///< [tile]: the largest of each lane and of what is there; NaN may slip through
};

struct LimitArgs {
  float* scores;  ///< [count][tile]: -inf where a key is outside its lane's range
  int64_t count;
  int vectors;
  int64_t first_key;                 ///< the number of the first of them
  const int32_t *from_key, *to_key;  /// [tile]: a lane sees keys from_key <= key < to_key
};

/// Adds a mask, in the scores' units once they are scaled, to scores that become scaled: s = cap(s * scale) + mask.
struct BiasArgs {
  float* scores;      ///< [count][tile]
  const float* mask;  ///< [count][tile], or null
  int64_t count;
  int vectors;
  float scale;
  float softcap;  ///< 0: none; else softcap * tanh(x / softcap)
};

/// A tile's weights and sums stand for 2^reference: for the whole number nearest to top * factor (rounded to f32) where
/// that is below near_reference, and for the score itself elsewhere.
constexpr float near_reference = 0x1p20f;

struct WeighArgs {
  float*
      scores;  ///< [count][tile] -> weights: words, in place; two keys' bf16 where the kernel takes pairs
  int64_t count;
  int vectors;
  float factor;  ///< of scores to powers of two, at least 1e-30: 126 / factor is a number
  float* top;    ///< [tile]: the largest score of the keys before; then with these
  const float* block_top;
  float* sum;     ///< [tile] of the weights before they are rounded
  float* shrink;  ///< [tile]: what sums for the old reference are worth for the new one
};

struct ContextArgs {
  const void* values;    ///< word of the first key's first column
  int64_t value_words;   ///< from one word of keys to the next
  int64_t steps;         ///< words of keys: keys, or pairs of them
  int64_t columns;       ///< of the value's rows
  const float* weights;  ///< [steps][tile]
  int vectors;
  const float* shrink;  ///< [tile]
  float* context;       ///< [columns][tile]
  bool accumulate;  ///< context * shrink + the sum; else the sum: context and shrink are not read
};

/// How the elements of a row lie in memory.
enum class Element { f32, bf16, f16 };

/// tile[column][lane] = rows[lane][column]
struct RowsToLanesArgs {
  const void* const* rows;  ///< [tile]
  int64_t columns;
  int vectors;
  float* tile;  ///< [columns][tile]
};

/// rows[lane][column] = context[column][lane] / sum[lane]
struct LanesToRowsArgs {
  const float* context;  ///< [columns][tile]
  const float* sum;      ///< [tile]
  int64_t columns;
  int vectors;
  int64_t count;      ///< of lanes that have a row
  void* const* rows;  ///< [count]
};

/// Up to four query rows against keys as they lie, at least one key. Three rows take the room of four.
struct RowScoreArgs {
  const void* keys;
  int64_t key_bytes;
  int64_t count;
  int64_t head_dim;
  const float*
      query;  ///< [rows][query_stride] from query_row; zero from head_dim to a multiple of 16
  int64_t query_stride;
  int rows;       ///< 1 .. 4
  float* scores;  ///< [rows][score_stride]
  int64_t score_stride;
};

struct RowContextArgs {
  const void* values;
  int64_t value_bytes;
  int64_t count;
  int64_t columns;
  const float* weights;  ///< [rows][weight_stride]
  int64_t weight_stride;
  int rows;             ///< 1 .. 4
  const float* shrink;  ///< [rows]
  float* context;       ///< [rows][context_stride]
  int64_t context_stride;
};

/// A row of the table: everything that one ISA does for attention.
struct AttentionKernel {
  const char* name;
  Isa isa;
  int lanes;         ///< of a vector
  int tile_vectors;  ///< the most of a tile
  /// Keys that meet a tile at a time: their scores take about 16 KiB of L1 beside the query's words. A multiple of the
  /// strips' heights, and of 2 where keys go in pairs.
  int key_block;
  bool pairs;  ///< tiles take bf16 pairs: words of keys, values interleaved by two
  void (*scores)(const ScoreArgs&);
  /// The same keys and as many of them for two tiles of two vectors at once; null where that gains nothing.
  void (*scores_of_two)(const ScoreArgs&, const ScoreArgs&);
  void (*limit)(const LimitArgs&);
  void (*bias)(const BiasArgs&);
  /// The largest of each lane.
  void (*tops)(const float* scores, int64_t count, int vectors, float* top);
  void (*weigh)(const WeighArgs&);
  void (*context)(const ContextArgs&);
  /// By Element of the rows.
  void (*rows_to_lanes[3])(const RowsToLanesArgs&);
  /// Bit `lane` is set where a quotient is no number.
  uint32_t (*lanes_to_rows[3])(const LanesToRowsArgs&);
  /// By Element of the keys: a query of it, widened, in the order in which row_scores takes a key's elements.
  void (*query_row[3])(const void* in, int64_t count, float* out);
  /// By Element.
  void (*row_scores[3])(const RowScoreArgs&);
  void (*row_context[3])(const RowContextArgs&);
  /// scores[i] -> exp2((scores[i] - top) * factor); their sum.
  float (*weigh_row)(float* scores, int64_t count, float factor, float top);
  /// s[i] = cap(s[i] * scale) + mask[i]
  void (*bias_row)(float* scores, const float* mask, int64_t count, float scale, float softcap);
  float (*largest_of_row)(const float* scores, int64_t count);
  /// By Element: to f32, from f32 (rounded to nearest even).
  void (*widen[3])(const void* in, int64_t count, float* out);
  void (*narrow[3])(const float* in, int64_t count, void* out);
};

}  // namespace wattention::cpu
