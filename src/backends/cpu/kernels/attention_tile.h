#pragma once
// The loop nests of a tile, written once; an Op injects the instructions. Beside what attention_exp.h needs an Op has
// broadcast, words (a vector of query words or weights), multiply_add_words (by words) and `pairs`.
//
//   block:   acc[rows][vectors] stay in registers: rows of keys (scores) or of columns (context)
//     for each word k:   b = one row of the tile's words (vectors registers)
//       for m:           acc[m] += broadcast(a[m][k]) * b
//
// A lies in rows of its caller's memory: `along` words from one k to the next, `across` from one m to the next, of
// which one is a word.
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
  template <int m>
  const void* row() const {
    const char* base = m < 7 ? near_ : far_;
    constexpr int step = m % 7;
    if constexpr (step == 0) return base;
    if constexpr (step == 1 || step == 2 || step == 4) return base + one_ * step;
    if constexpr (step == 3) return base + three_;
    if constexpr (step == 5) return base + five_;
    if constexpr (step == 6) return base + three_ * 2;
  }
  void next_word() {
    near_ += 4;
    far_ += 4;
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
  template <int m>
  const void* row() const {
    return at_ + 4 * m;
  }
  void next_word() { at_ += stride_; }

 private:
  const char* at_;
  int64_t stride_;
};

template <class Op, int vectors, class Rows, int m, int rows>
inline void multiply_rows_by(const Rows& a, const typename Op::Vec (&b)[vectors],
                             typename Op::Vec (&acc)[rows][vectors]) {
  if constexpr (m < rows) {
    const auto word = Op::broadcast(a.template row<m>());
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) acc[m][v] = Op::multiply_add_words(word, b[v], acc[m][v]);
    multiply_rows_by<Op, vectors, Rows, m + 1, rows>(a, b, acc);
  }
}

template <class Op, int vectors, int rows, class Rows>
inline void block(Rows a, const float* b, int64_t words, typename Op::Vec (&acc)[rows][vectors]) {
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) acc[m][v] = Op::set(0.0f);
  }
  for (int64_t k = 0; k < words; ++k, b += vectors * Op::lanes, a.next_word()) {
    typename Op::Vec row[vectors];
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) row[v] = Op::load(b + v * Op::lanes);
    multiply_rows_by<Op, vectors, Rows, 0, rows>(a, row, acc);
  }
}

// One strip of keys: its scores, and what they add to the largest.
template <class Op, int vectors, int rows>
inline void score_strip(const ScoreArgs& s, const char* keys, float* scores,
                        typename Op::Vec (&top)[vectors]) {
  typename Op::Vec acc[rows][vectors];
  block<Op, vectors, rows>(RowOffsets(keys, s.key_bytes), reinterpret_cast<const float*>(s.query),
                           s.words, acc);
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) {
      Op::store(scores + (m * vectors + v) * Op::lanes, acc[m][v]);
      top[v] = Op::max(top[v], acc[m][v]);
    }
  }
}

template <class Op, int vectors, int rows>
inline void context_strip(const ContextArgs& s, const char* values, float* context) {
  typename Op::Vec acc[rows][vectors];
  block<Op, vectors, rows>(Neighbours(values, s.value_words * 4), s.weights, s.steps, acc);
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* at = context + (m * vectors + v) * Op::lanes;
      Op::store(at, Op::multiply_add(Op::load(at), Op::load(s.shrink + v * Op::lanes), acc[m][v]));
    }
  }
}

/// Calls body<rows>() for the instance of this height.
template <int rows, class Body>
inline void with_height(int64_t height, const Body& body) {
  if constexpr (rows > 1) {
    if (height < rows) return with_height<rows - 1>(height, body);
  }
  body.template operator()<rows>();
}

/// `count` rows in even strips of at most block_rows: 16 are 8 + 8, not 14 + 2. body<rows>(first row).
template <class Op, class Body>
inline void in_strips(int64_t count, const Body& body) {
  const int64_t strips = (count + Op::block_rows - 1) / Op::block_rows;
  for (int64_t i = 0; i < strips; ++i) {
    const int64_t begin = count * i / strips, end = count * (i + 1) / strips;
    with_height<Op::block_rows>(end - begin,
                                [&]<int rows>() { body.template operator()<rows>(begin); });
  }
}

template <class Op, int vectors>
inline void tile_scores_of(const ScoreArgs& s) {
  typename Op::Vec top[vectors];
  for (int v = 0; v < vectors; ++v) top[v] = Op::set(-__builtin_inff());
  in_strips<Op>(s.count, [&]<int rows>(int64_t key) {
    score_strip<Op, vectors, rows>(s, static_cast<const char*>(s.keys) + key * s.key_bytes,
                                   s.scores + key * vectors * Op::lanes, top);
  });
  for (int v = 0; v < vectors; ++v) Op::store(s.top + v * Op::lanes, top[v]);
}

template <class Op, int vectors>
inline void tile_context_of(const ContextArgs& s) {
  in_strips<Op>(s.columns, [&]<int rows>(int64_t column) {
    context_strip<Op, vectors, rows>(s, static_cast<const char*>(s.values) + column * 4,
                                     s.context + column * vectors * Op::lanes);
  });
}

template <class Op>
void tile_scores(const ScoreArgs& s) {
  s.vectors == 1 ? tile_scores_of<Op, 1>(s) : tile_scores_of<Op, 2>(s);
}
template <class Op>
void tile_context(const ContextArgs& s) {
  s.vectors == 1 ? tile_context_of<Op, 1>(s) : tile_context_of<Op, 2>(s);
}

}  // namespace
}  // namespace wattention::cpu
