#pragma once
// The loop nests of a tile, written once; an Op injects the instructions. Beside what attention_exp.h needs an Op has
// broadcast, multiply_add_words (by words), `pairs`, and says how it likes its blocks: tile_vectors,
// block_rows(vectors), pair_rows, key_block, own_blocks, and broadcasts_in_place with multiply_add_at(p, b, c) =
// broadcast(p) b + c in one instruction.
//
//   block:   acc[rows][vectors] stay in registers: rows of keys (scores) or of columns (context)
//     for each word k:   b = one row of the tile's words (vectors registers)
//       for m:           acc[m] += broadcast(a[m][k]) * b
//
// A lies in rows of its caller's memory: `along` words from one k to the next, `across` from one m to the next, of
// which one is a word. Each acc adds up from the first word to the last, whatever the block's
// shape is: the same bits, but for the sign of a zero.
#include "backends/cpu/kernels/attention_exp.h"

namespace wattention::cpu {
namespace {

/// Where row m of a block starts, without a register for each of them: x86 adds 1, 2, 4 or 8 times one register to
/// another, so 1, 3 and 5 strides reach seven rows from one base, and a second base seven more.
class RowOffsets {
 public:
  RowOffsets(const void* first, int64_t stride)
      : near_(static_cast<const char*>(first)),
        far_(near_ + 7 * stride),
        one_(stride),
        three_(3 * stride),
        five_(5 * stride) {
    // Compilers would count them back to multiples of `one_`, and keep a pointer for each row.
    __asm__("" : "+r"(three_), "+r"(five_), "+r"(far_));
  }
  /// At word `k` from here.
  template <int m, int k>
  const void* row() const {
    const char* base = (m < 7 ? near_ : far_) + 4 * k;
    constexpr int step = m % 7;
    if constexpr (step == 0) return base;
    if constexpr (step == 1 || step == 2 || step == 4) return base + one_ * step;
    if constexpr (step == 3) return base + three_;
    if constexpr (step == 5) return base + five_;
    if constexpr (step == 6) return base + three_ * 2;
  }
  void advance(int words) {
    near_ += 4 * words;
    far_ += 4 * words;
  }

 private:
  const char *near_, *far_;
  int64_t one_, three_, five_;
};

/// Neighbouring words: the rows of a block are columns of the value.
class Neighbours {
 public:
  Neighbours(const void* first, int64_t stride)
      : at_(static_cast<const char*>(first)), stride_(stride) {}
  template <int m, int k>
  const void* row() const {
    return at_ + k * stride_ + 4 * m;
  }
  void advance(int words) { at_ += words * stride_; }

 private:
  const char* at_;
  int64_t stride_;
};

/// The words of one tile, of `vectors` vectors.
template <class Op, int vectors>
class OneTile {
 public:
  explicit OneTile(const void* words) : at_(static_cast<const float*>(words)) {}
  template <int v, int k>
  typename Op::Vec load() const {
    return Op::load(at_ + (k * vectors + v) * Op::lanes);
  }
  void advance(int words) { at_ += words * vectors * Op::lanes; }

 private:
  const float* at_;
};

/// Of two tiles of two vectors side by side.
template <class Op>
class TwoTiles {
 public:
  TwoTiles(const void* first, const void* second) : first_(first), second_(second) {}
  template <int v, int k>
  typename Op::Vec load() const {
    if constexpr (v < 2)
      return first_.template load<v, k>();
    else
      return second_.template load<v - 2, k>();
  }
  void advance(int words) {
    first_.advance(words);
    second_.advance(words);
  }

 private:
  OneTile<Op, 2> first_, second_;
};

template <class Op, int vectors, int m, int k, int in_place, class Rows, int rows>
inline void multiply_rows_by(const Rows& a, const typename Op::Vec (&b)[vectors],
                             typename Op::Vec (&acc)[rows][vectors]) {
  if constexpr (m < rows) {
    const void* at = a.template row<m, k>();
    if constexpr (m < in_place) {
      WATTENTION_UNROLL
      for (int v = 0; v < vectors; ++v) acc[m][v] = Op::multiply_add_at(at, b[v], acc[m][v]);
    } else {
      const auto word = Op::broadcast(at);
      WATTENTION_UNROLL
      for (int v = 0; v < vectors; ++v) acc[m][v] = Op::multiply_add_words(word, b[v], acc[m][v]);
    }
    multiply_rows_by<Op, vectors, m + 1, k, in_place>(a, b, acc);
  }
}

template <class Op, int vectors, int v, int k, class Tile>
inline void load_words(const Tile& tile, typename Op::Vec (&b)[vectors]) {
  if constexpr (v < vectors) {
    b[v] = tile.template load<v, k>();
    load_words<Op, vectors, v + 1, k>(tile, b);
  }
}

template <class Op, int m, int k, int rows, class Rows>
inline void broadcast_words(const Rows& a, typename Op::Vec (&words)[rows]) {
  if constexpr (m < rows) {
    words[m] = Op::broadcast(a.template row<m, k>());
    broadcast_words<Op, m + 1, k>(a, words);
  }
}

template <class Op, int vectors, int v, int k, int rows, class Tile>
inline void multiply_vectors_by(const typename Op::Vec (&words)[rows], const Tile& tile,
                                typename Op::Vec (&acc)[rows][vectors]) {
  if constexpr (v < vectors) {
    const auto b = tile.template load<v, k>();
    WATTENTION_UNROLL
    for (int m = 0; m < rows; ++m) acc[m][v] = Op::multiply_add_words(words[m], b, acc[m][v]);
    multiply_vectors_by<Op, vectors, v + 1, k>(words, tile, acc);
  }
}

// The fewer of the two wait in registers: the tile's vectors, or the rows' words where none is broadcast in place.
template <class Op, int vectors, int k, int in_place, int rows, class Rows, class Tile>
inline void multiply_word(const Rows& a, const Tile& tile, typename Op::Vec (&acc)[rows][vectors]) {
  if constexpr (rows < vectors && in_place == 0) {
    typename Op::Vec words[rows];
    broadcast_words<Op, 0, k>(a, words);
    multiply_vectors_by<Op, vectors, 0, k>(words, tile, acc);
  } else {
    typename Op::Vec b[vectors];
    load_words<Op, vectors, 0, k>(tile, b);
    multiply_rows_by<Op, vectors, 0, k, in_place>(a, b, acc);
  }
}

// Two words a turn: the loop's own instructions are then a twentieth of it. `in_place` rows are broadcast by their
// multiply-adds.
template <class Op, int vectors, int in_place, int rows, class Rows, class Tile>
inline void block(Rows a, Tile tile, int64_t words, typename Op::Vec (&acc)[rows][vectors]) {
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) acc[m][v] = Op::set(0.0f);
  }
  for (; words >= 2; words -= 2, a.advance(2), tile.advance(2)) {
    multiply_word<Op, vectors, 0, in_place>(a, tile, acc);
    multiply_word<Op, vectors, 1, in_place>(a, tile, acc);
  }
  if (words > 0) multiply_word<Op, vectors, 0, in_place>(a, tile, acc);
}

// Where an Op has a block of its own, score_block and context_block, it is its highest of its widest tile.
template <class Op, int vectors, int rows>
constexpr bool has_own_block = Op::own_blocks&& vectors == Op::tile_vectors&& rows ==
                               Op::block_rows(vectors);

// The largest of rows m, m + 1 .. m + count - 1, halved until one is left: no chain of them all.
template <class Op, int v, int m, int count, int rows, int vectors>
inline typename Op::Vec largest_row(const typename Op::Vec (&acc)[rows][vectors]) {
  if constexpr (count == 1)
    return acc[m][v];
  else
    return Op::max(largest_row<Op, v, m, count / 2>(acc),
                   largest_row<Op, v, m + count / 2, count - count / 2>(acc));
}

// Vectors v .. of a strip's scores, of a tile of `vectors` from vector `first` on: stored, and what they add to the
// largest.
template <class Op, int first, int vectors, int v, int rows, int all>
inline void store_scores(const typename Op::Vec (&acc)[rows][all], float* scores, float* top) {
  if constexpr (v < vectors) {
    WATTENTION_UNROLL
    for (int m = 0; m < rows; ++m)
      Op::store(scores + (m * vectors + v) * Op::lanes, acc[m][first + v]);
    float* at = top + v * Op::lanes;
    Op::store(at, Op::max(Op::load(at), largest_row<Op, first + v, 0, rows>(acc)));
    store_scores<Op, first, vectors, v + 1>(acc, scores, top);
  }
}

inline const char* row_of(const ScoreArgs& s, int64_t key) {
  return static_cast<const char*>(s.keys) + key * s.key_bytes;
}

// One strip of keys from `key` on.
template <class Op, int vectors, int rows>
inline void score_strip(const ScoreArgs& s, int64_t key) {
  typename Op::Vec acc[rows][vectors];
  if constexpr (has_own_block<Op, vectors, rows>)
    Op::score_block(row_of(s, key), s.key_bytes, s.query, s.words, acc);
  else
    block<Op, vectors, 0>(RowOffsets(row_of(s, key), s.key_bytes), OneTile<Op, vectors>(s.query),
                          s.words, acc);
  store_scores<Op, 0, vectors, 0>(acc, s.scores + key * vectors * Op::lanes, s.top);
}

template <class Op, int rows>
inline void score_strip_of_two(const ScoreArgs& s, const ScoreArgs& t, int64_t key) {
  typename Op::Vec acc[rows][4];
  block<Op, 4, 0>(RowOffsets(row_of(s, key), s.key_bytes), TwoTiles<Op>(s.query, t.query), s.words,
                  acc);
  store_scores<Op, 0, 2, 0>(acc, s.scores + key * 2 * Op::lanes, s.top);
  store_scores<Op, 2, 2, 0>(acc, t.scores + key * 2 * Op::lanes, t.top);
}

// A broadcast in place saves an instruction and costs a load. Two thirds of the rows leave less than two loads to a
// cycle of multiply-adds: 2 + 14 + 9 in 14.
template <class Op, int vectors, int rows>
constexpr int rows_in_place = Op::broadcasts_in_place&& vectors == 2 ? rows * 2 / 3 : 0;

template <class Op, int vectors, int rows>
inline void context_strip(const ContextArgs& s, const char* values, float* context) {
  typename Op::Vec acc[rows][vectors];
  if constexpr (has_own_block<Op, vectors, rows>)
    Op::context_block(values, s.value_words * 4, s.weights, s.steps, acc);
  else
    block<Op, vectors, rows_in_place<Op, vectors, rows>>(
        Neighbours(values, s.value_words * 4), OneTile<Op, vectors>(s.weights), s.steps, acc);
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* at = context + (m * vectors + v) * Op::lanes;
      Op::store(at, s.accumulate ? Op::multiply_add(Op::load(at),
                                                    Op::load(s.shrink + v * Op::lanes), acc[m][v])
                                 : acc[m][v]);
    }
  }
}

/// Calls body<count>(), for a count of 1 to `most`.
template <int most, class Body>
inline void with_count(int64_t count, const Body& body) {
  if constexpr (most > 1) {
    if (count < most) return with_count<most - 1>(count, body);
  }
  body.template operator()<most>();
}

template <int most, class Body>
inline void strips_of(int64_t height, int64_t begin, int64_t end, const Body& body) {
  with_count<most>(height, [&]<int rows>() {
    for (int64_t row = begin; row < end; row += rows) body.template operator()<rows>(row);
  });
}

/// `count` rows in even strips of at most `most`: 16 are 8 + 8, not 14 + 2. The higher ones come first.
/// body<rows>(first row).
template <int most, class Body>
inline void in_strips(int64_t count, const Body& body) {
  const int64_t strips = (count + most - 1) / most;
  if (strips == 0) return;
  const int64_t height = count / strips, higher = count % strips * (height + 1);
  if (higher > 0) strips_of<most>(height + 1, 0, higher, body);
  strips_of<most>(height, higher, count, body);
}

template <class Op>
void tile_scores(const ScoreArgs& s) {
  with_count<Op::tile_vectors>(s.vectors, [&]<int vectors>() {
    in_strips<Op::block_rows(vectors)>(
        s.count, [&]<int rows>(int64_t key) { score_strip<Op, vectors, rows>(s, key); });
  });
}
template <class Op>
void scores_of_two(const ScoreArgs& s, const ScoreArgs& t) {
  in_strips<Op::pair_rows>(s.count,
                           [&]<int rows>(int64_t key) { score_strip_of_two<Op, rows>(s, t, key); });
}
template <class Op>
void tile_context(const ContextArgs& s) {
  with_count<Op::tile_vectors>(s.vectors, [&]<int vectors>() {
    in_strips<Op::block_rows(vectors)>(s.columns, [&]<int rows>(int64_t column) {
      context_strip<Op, vectors, rows>(s, static_cast<const char*>(s.values) + column * 4,
                                       s.context + column * vectors * Op::lanes);
    });
  });
}

}  // namespace
}  // namespace wattention::cpu
