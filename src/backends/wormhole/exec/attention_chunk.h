#pragma once
// A chunk of queries meets chunks of keys, one after the other: their operands as matrices of bf16, or of bf16 in an
// fp32's place, and what is kept from chunk to chunk. How a step is computed is the kind of attention's own.
#include <algorithm>
#include <array>
#include <vector>

#include "backends/wormhole/exec/attention.h"
#include "backends/wormhole/program/attention_chunks.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

/// A chunk of queries of one head.
struct QueryChunk {
  std::int64_t batch, head, chunk;
};

/// Of the keys: the chunk, its first key, and how many columns of scores take part.
struct KeyChunk {
  std::int64_t chunk, first, columns;
};

inline void put(Bits value, Bits& place) {
  place = value;
}
inline void put(Bits value, Word& place) {
  place = widen(value);
}

/// Columns of a row's sums: one for each of a tile.
inline constexpr std::int64_t sum_columns_of_a_row = 32;

template <class Element>
class AttentionChunk {
 public:
  AttentionChunk(const AttentionImages& images, const AttentionNumerics& numerics, Isa isa)
      : images_(images), numerics_(numerics), host_{1, isa} {}

  void run(const QueryChunk& at) {
    begin(at);
    const std::int64_t key_tiles = ceil_div(images_.keys, std::int64_t{32});
    const ChunkRange chunks = key_chunks(numerics_, at.chunk, key_tiles);
    for (std::int64_t chunk = chunks.first; chunk < chunks.end; ++chunk) {
      interruption_point();
      meet(key_chunk(chunk), chunk == chunks.first);
    }
    finish();
  }

 protected:
  using SumRow = std::array<Element, sum_columns_of_a_row>;

  ~AttentionChunk() = default;

  /// Scores of a row become weights, and their sums.
  virtual void weigh(std::int64_t row, const KeyChunk& keys, bool first) = 0;
  virtual void multiply_values(std::int64_t columns) = 0;
  /// What earlier chunks left of a row comes to this one's.
  virtual void add_earlier(std::int64_t row) = 0;
  virtual void finish() = 0;

  void meet(const KeyChunk& keys, bool first) {
    load(keys);
    multiply_keys(keys.columns);
    maxima_.resize(static_cast<std::size_t>(rows_));
    sums_.resize(maxima_.size());
    earlier_ = maxima_;
    earlier_sums_ = sums_;
    earlier_context_.swap(context_);
    for (std::int64_t row = 0; row < rows_; ++row) weigh(row, keys, first);
    multiply_values(keys.columns);
    if (first) return;
    for (std::int64_t row = 0; row < rows_; ++row) add_earlier(row);
  }

  void begin(const QueryChunk& at) {
    at_ = at;
    first_row_ = at.chunk * numerics_.query_tiles * 32;
    rows_ = std::min(numerics_.query_tiles * 32, images_.padded_queries - first_row_);
    const Bits* from =
        images_.query + images_.query_offset(at.batch, at.head) + first_row_ * images_.head_dim;
    queries_.resize(static_cast<std::size_t>(rows_ * images_.head_dim));
    for (std::size_t i = 0; i < queries_.size(); ++i) put(from[i], queries_[i]);
  }

  KeyChunk key_chunk(std::int64_t chunk) const {
    const std::int64_t tiles =
        active_tiles(numerics_, at_.chunk, chunk, ceil_div(images_.keys, std::int64_t{32}));
    return {chunk, chunk * numerics_.key_tiles * 32, tiles * 32};
  }

  /// Rows behind the tensor's are zeros.
  void load(const KeyChunk& keys) {
    const std::int64_t width = images_.head_dim, columns = keys.columns;
    const std::int64_t offset =
        images_.key_offset(at_.batch, at_.head) + keys.first * images_.head_dim;
    keys_.assign(static_cast<std::size_t>(width * columns), Element{0});
    values_.assign(keys_.size(), Element{0});
    for (std::int64_t row = 0; row < std::min(columns, images_.padded_keys - keys.first); ++row)
      for (std::int64_t d = 0; d < width; ++d) {
        const std::int64_t from = offset + row * width + d;
        put(images_.key[from], keys_[static_cast<std::size_t>(d * columns + row)]);
        put(images_.value[from], values_[static_cast<std::size_t>(row * width + d)]);
      }
  }

  MatmulNumerics product_of(std::int64_t block_tiles) const {
    MatmulNumerics numerics;
    numerics.fidelity = numerics_.fidelity;
    numerics.block_tiles = block_tiles;
    numerics.fp32_accumulate = numerics_.fp32_accumulate;
    return numerics;
  }

  void multiply_keys(std::int64_t columns) {
    scores_.resize(static_cast<std::size_t>(rows_ * columns));
    matmul(MatrixOf<Element>{queries_.data(), rows_, images_.head_dim},
           MatrixOf<Element>{keys_.data(), images_.head_dim, columns},
           product_of(images_.head_dim / 32), scores_.data(), host_);
  }

  /// Whether the row's query is not to see the key, for the call's own reasons and for want of such a key.
  bool hides(std::int64_t row, std::int64_t key) const {
    const std::int64_t query = first_row_ + row;
    if (numerics_.causal && key > query) return true;
    if (numerics_.window > 0 && key <= query - numerics_.window) return true;
    return !numerics_.causal && key >= images_.keys;
  }

  std::span<Element> score_row(std::int64_t row, std::int64_t columns) {
    return std::span(scores_).subspan(static_cast<std::size_t>(row * columns),
                                      static_cast<std::size_t>(columns));
  }

  const AttentionImages& images_;
  const AttentionNumerics& numerics_;
  HostOptions host_;
  QueryChunk at_{};
  std::int64_t first_row_ = 0, rows_ = 0;
  std::vector<Element> queries_, keys_, values_, scores_;
  std::vector<Bits> maxima_, earlier_, context_, earlier_context_;
  std::vector<SumRow> sums_, earlier_sums_;
};

}  // namespace wattention::wormhole
