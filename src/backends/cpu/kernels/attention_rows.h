#pragma once
// Up to four query rows against keys and values as they lie, written once over an Op: beside attention_exp.h's words
// load_as<Element>(p), store_as<Element>, load_part, store_part and sums(acc[lanes]) = a vector of their sums.
//
// Keys: `lanes` dot products at a time, of rows x (lanes / rows) keys, so that each vector of a key serves all rows and
// one tree of additions serves all dot products.
//
// An Op `splits` an element where two neighbouring vectors cost less as the even and the odd elements of both,
// load_split<Element>(p, v), than each by itself. query_row lays queries out like that; contexts are joined: join(even,
// odd). It also says how many row_vectors of values it takes at a time, and whether it groups_values.
#include "backends/cpu/kernels/attention_exp.h"

namespace wattention::cpu {
namespace {

template <Element element>
constexpr int64_t size_of_element = element == Element::f32 ? 4 : 2;

// Rows are read once, front to back: memory has to be asked about 4 KiB ahead, and processors' own prefetching ends at
// each page. Worth 1.4 to 1.5 times on Emerald Rapids. How many rows ahead:
template <Element element>
int64_t rows_ahead(int64_t columns) {
  return 4096 / (columns * size_of_element<element>)+1;
}

constexpr int64_t line_bytes = 64;

/// Vectors that come together: two where they are split.
template <class Op, Element element>
constexpr int vectors_at_once = Op::template splits<element> ? 2 : 1;

template <class Op, Element element, int count>
inline void load_vectors(const void* p, typename Op::Vec (&v)[count]) {
  if constexpr (count == 1)
    v[0] = Op::template load_as<element>(p);
  else
    Op::template load_split<element>(p, v);
}

// scores of `keys` keys from `key` on, of which `used` are there; `rows` times `keys` are the lanes of a vector. Memory
// is asked for what lies `ahead` bytes on.
template <class Op, Element element, int rows, int keys>
inline void score_group(const RowScoreArgs& s, int64_t key, int64_t used, int64_t ahead) {
  typename Op::Vec acc[rows * keys];
  const char* at[keys];
  for (int j = 0; j < keys; ++j) {
    for (int r = 0; r < rows; ++r) acc[r * keys + j] = Op::set(0.0f);
    // Beyond the last key the last one stands in: its lanes are dropped.
    at[j] = static_cast<const char*>(s.keys) + (j < used ? key + j : key + used - 1) * s.key_bytes;
  }
  constexpr int vectors = vectors_at_once<Op, element>, step = vectors * Op::lanes;
  constexpr int64_t line = line_bytes / size_of_element<element>;
  // `count` vectors of all keys and rows; load(row of a key, vectors). Few vectors of the queries wait in registers;
  // more would not fit beside the sums, and the keys' wait.
  const auto multiply = [&]<int count>(int64_t d, const auto& load) __attribute__((always_inline)) {
    const auto query = [&](int r, int v) __attribute__((always_inline)) {
      return Op::load(s.query + r * s.query_stride + d + v * Op::lanes);
    };
    const auto part = [&](int j) { return at[j] + d * size_of_element<element>; };
    if constexpr (rows * count <= 4) {
      typename Op::Vec queries[rows][count];
      WATTENTION_UNROLL
      for (int r = 0; r < rows; ++r) {
        WATTENTION_UNROLL
        for (int v = 0; v < count; ++v) queries[r][v] = query(r, v);
      }
      WATTENTION_UNROLL
      for (int j = 0; j < keys; ++j) {
        typename Op::Vec words[count];
        load(part(j), words);
        WATTENTION_UNROLL
        for (int r = 0; r < rows; ++r) {
          WATTENTION_UNROLL
          for (int v = 0; v < count; ++v)
            acc[r * keys + j] = Op::multiply_add(queries[r][v], words[v], acc[r * keys + j]);
        }
      }
    } else {
      typename Op::Vec words[keys][count];
      WATTENTION_UNROLL
      for (int j = 0; j < keys; ++j) load(part(j), words[j]);
      WATTENTION_UNROLL
      for (int v = 0; v < count; ++v) {
        WATTENTION_UNROLL
        for (int r = 0; r < rows; ++r) {
          const auto one = query(r, v);
          WATTENTION_UNROLL
          for (int j = 0; j < keys; ++j)
            acc[r * keys + j] = Op::multiply_add(one, words[j][v], acc[r * keys + j]);
        }
      }
    }
  };
  const auto fetch = [&](int64_t d) __attribute__((always_inline)) {
    WATTENTION_UNROLL
    for (int j = 0; j < keys; ++j) __builtin_prefetch(at[j] + d * size_of_element<element> + ahead);
  };
  const auto whole = [](const char* part, auto& v) __attribute__((always_inline)) {
    load_vectors<Op, element>(part, v);
  };
  int64_t d = 0;
  for (; d + line <= s.head_dim; d += line) {
    fetch(d);
    WATTENTION_UNROLL
    for (int64_t part = 0; part < line; part += step)
      multiply.template operator()<vectors>(d + part, whole);
  }
  if (d < s.head_dim) fetch(d);
  for (; d + step <= s.head_dim; d += step) multiply.template operator()<vectors>(d, whole);
  // Queries are split in whole steps: what is left lies as the keys do.
  for (; d < s.head_dim; d += Op::lanes) {
    const int64_t left = s.head_dim - d;
    multiply.template operator()<1>(
        d, [&](const char* part, auto& v) __attribute__((always_inline)) {
          v[0] = left >= Op::lanes ? Op::template load_as<element>(part)
                                   : Op::template load_part<element>(part, left);
        });
  }
  float sums[rows * keys];
  Op::store(sums, Op::sums(acc));
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < used; ++j) s.scores[r * s.score_stride + key + j] = sums[r * keys + j];
}

template <class Op, Element element, int rows>
inline void row_scores_of(const RowScoreArgs& s) {
  constexpr int keys = Op::lanes / rows;
  const int64_t ahead = rows_ahead<element>(s.head_dim) * s.key_bytes;
  int64_t key = 0;
  for (; key + keys <= s.count; key += keys)
    score_group<Op, element, rows, keys>(s, key, keys, ahead);
  if (key < s.count) score_group<Op, element, rows, keys>(s, key, s.count - key, ahead);
}

template <class Op, Element element>
void row_scores(const RowScoreArgs& s) {
  if (s.rows == 1) return row_scores_of<Op, element, 1>(s);
  if (s.rows == 2) return row_scores_of<Op, element, 2>(s);
  // Three rows as four: the caller has room for the fourth.
  row_scores_of<Op, element, 4>(s);
}

// context[rows][from column on, `vectors` vectors] += weights times the values of keys [begin, end). The first keys
// also shrink it.
template <class Op, Element element, int rows, int vectors>
inline void context_columns(const RowContextArgs& s, int64_t column, int64_t begin, int64_t end,
                            int64_t ahead) {
  constexpr int together = vectors % 2 == 0 ? vectors_at_once<Op, element> : 1;
  constexpr int bytes = Op::lanes * size_of_element<element>;
  typename Op::Vec acc[rows][vectors];
  WATTENTION_UNROLL
  for (int r = 0; r < rows; ++r) {
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) acc[r][v] = Op::set(0.0f);
  }
  const char* value = static_cast<const char*>(s.values) + begin * s.value_bytes +
                      column * size_of_element<element>;
  for (int64_t i = begin; i < end; ++i, value += s.value_bytes) {
    WATTENTION_UNROLL
    for (int line = 0; line < vectors * bytes; line += line_bytes)
      __builtin_prefetch(value + line + ahead);
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; v += together) {
      typename Op::Vec words[together];
      load_vectors<Op, element>(value + v * bytes, words);
      WATTENTION_UNROLL
      for (int r = 0; r < rows; ++r) {
        const auto weight = Op::set(s.weights[r * s.weight_stride + i]);
        WATTENTION_UNROLL
        for (int t = 0; t < together; ++t)
          acc[r][v + t] = Op::multiply_add(weight, words[t], acc[r][v + t]);
      }
    }
  }
  WATTENTION_UNROLL
  for (int r = 0; r < rows; ++r) {
    const auto shrink = Op::set(begin == 0 ? s.shrink[r] : 1.0f);
    if constexpr (together == 2) {
      WATTENTION_UNROLL
      for (int v = 0; v < vectors; v += 2) Op::join(acc[r][v], acc[r][v + 1]);
    }
    WATTENTION_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* at = s.context + r * s.context_stride + column + v * Op::lanes;
      Op::store(at, Op::multiply_add(Op::load(at), shrink, acc[r][v]));
    }
  }
}

// The last, incomplete vector of columns.
template <class Op, Element element>
inline void context_rest(const RowContextArgs& s, int64_t column, int64_t count) {
  for (int r = 0; r < s.rows; ++r) {
    const char* value = static_cast<const char*>(s.values) + column * size_of_element<element>;
    auto acc = Op::set(0.0f);
    for (int64_t i = 0; i < s.count; ++i, value += s.value_bytes)
      acc = Op::multiply_add(Op::set(s.weights[r * s.weight_stride + i]),
                             Op::template load_part<element>(value, count), acc);
    float* at = s.context + r * s.context_stride + column;
    const auto old = Op::template load_part<Element::f32>(reinterpret_cast<const char*>(at), count);
    Op::template store_part<Element::f32>(at, count,
                                          Op::multiply_add(old, Op::set(s.shrink[r]), acc));
  }
}

// Where an Op groups_values, keys go in groups of rows_ahead: the values of a group are asked for while the group
// before is multiplied.
template <class Op, Element element, int rows>
inline void row_context_of(const RowContextArgs& s) {
  constexpr int wide = Op::row_vectors;
  const int64_t rest = s.columns / Op::lanes * Op::lanes;
  const int64_t rows_before = rows_ahead<element>(s.columns), ahead = rows_before * s.value_bytes;
  const int64_t group = Op::groups_values ? rows_before : s.count;
  for (int64_t begin = 0; begin < s.count; begin += group) {
    const int64_t end = begin + group < s.count ? begin + group : s.count;
    int64_t column = 0;
    for (; column + wide * Op::lanes <= s.columns; column += wide * Op::lanes)
      context_columns<Op, element, rows, wide>(s, column, begin, end, ahead);
    for (; column < rest; column += Op::lanes)
      context_columns<Op, element, rows, 1>(s, column, begin, end, ahead);
  }
  if (rest < s.columns) context_rest<Op, element>(s, rest, s.columns - rest);
}

template <class Op, Element element>
void row_context(const RowContextArgs& s) {
  switch (s.rows) {
    case 1: return row_context_of<Op, element, 1>(s);
    case 2: return row_context_of<Op, element, 2>(s);
    case 3: return row_context_of<Op, element, 3>(s);
    default: return row_context_of<Op, element, 4>(s);
  }
}

template <class Op>
float weigh_row(float* scores, int64_t count, float factor, float top) {
  const auto by = Op::set(factor), largest = Op::set(top);
  auto sum = Op::set(0.0f);
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes) {
    const auto weight = weight_of<Op>(Op::load(scores + i), by, largest);
    sum = Op::add(sum, weight);
    Op::store(scores + i, weight);
  }
  if (i < count) {
    const auto part = Op::template load_part<Element::f32>(scores + i, count - i);
    // Lanes beyond the row: -inf, whose weight is 0.
    const auto weight = weight_of<Op>(Op::lowest_beyond(part, count - i), by, largest);
    sum = Op::add(sum, weight);
    Op::template store_part<Element::f32>(scores + i, count - i, weight);
  }
  return Op::sum(sum);
}

template <class Op>
void bias_row(float* scores, const float* mask, int64_t count, float scale, float softcap) {
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes)
    Op::store(scores + i,
              biased<Op>(Op::load(scores + i), mask ? mask + i : nullptr, scale, softcap));
  if (i == count) return;
  float rest[Op::lanes], bias[Op::lanes];
  for (int j = 0; j < Op::lanes; ++j) {
    rest[j] = i + j < count ? scores[i + j] : 0.0f;
    bias[j] = i + j < count && mask ? mask[i + j] : 0.0f;
  }
  Op::store(rest, biased<Op>(Op::load(rest), bias, scale, softcap));
  for (int64_t j = 0; i + j < count; ++j) scores[i + j] = rest[j];
}

template <class Op>
float row_top(const float* scores, int64_t count) {
  auto largest = Op::set(-__builtin_inff());
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes) largest = Op::max(largest, Op::load(scores + i));
  float top = Op::largest(largest);
  for (; i < count; ++i) top = scores[i] > top ? scores[i] : top;
  return top;
}

template <class Op, Element element>
void widen(const void* in, int64_t count, float* out) {
  const char* from = static_cast<const char*>(in);
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes)
    Op::store(out + i, Op::template load_as<element>(from + i * size_of_element<element>));
  if (i < count)
    Op::template store_part<Element::f32>(
        out + i, count - i,
        Op::template load_part<element>(from + i * size_of_element<element>, count - i));
}

template <class Op, Element element>
void query_row(const void* in, int64_t count, float* out) {
  const char* from = static_cast<const char*>(in);
  int64_t d = 0;
  if constexpr (Op::template splits<element>) {
    for (; d + 2 * Op::lanes <= count; d += 2 * Op::lanes) {
      typename Op::Vec v[2];
      Op::template load_split<element>(from + d * size_of_element<element>, v);
      Op::store(out + d, v[0]);
      Op::store(out + d + Op::lanes, v[1]);
    }
  }
  widen<Op, element>(from + d * size_of_element<element>, count - d, out + d);
}

template <class Op, Element element>
void narrow(const float* in, int64_t count, void* out) {
  char* to = static_cast<char*>(out);
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes)
    Op::template store_as<element>(to + i * size_of_element<element>, Op::load(in + i));
  if (i < count)
    Op::template store_part<element>(
        to + i * size_of_element<element>, count - i,
        Op::template load_part<Element::f32>(reinterpret_cast<const char*>(in + i), count - i));
}

}  // namespace
}  // namespace wattention::cpu
