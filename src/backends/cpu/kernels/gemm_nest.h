#pragma once
// The loop nest of the vector kernels, written once; an Op injects the instruction. For one strip:
//
//   for each panel:  acc[rows][vectors] = 0
//     for k:         b = one row of the panel (vectors registers)
//       for m:       acc[m] += broadcast(a[k][m]) * b
//     c = acc, or c += acc
//
// An Op has: Vec; `vectors` per panel row, `lanes` per vector; `phases` multiply-add steps per word of B
// (2 where bf16 pairs are widened one half after the other); `turn`, words of B in a turn of the loop; whether
// every_strip_fetches B, even from L2; zero, add, load, store, broadcast, columns(word row of B, phase), multiply_add.
// Everything here is instantiated in anonymous namespaces only: see kernel.h.
#include "backends/cpu/kernel.h"

namespace wattention::cpu {
namespace {

// B is read front to back: fetch it as many of its rows ahead as keep about 900 cycles between fetch and use
// (a row takes a cycle per row of A at two multiply-adds a cycle), within 16 KiB, which holds below 7 rows of A.
// Memory answers after about 400, later when all cores ask: a quarter of the distance costs 2 to 4 % on Zen 5,
// half of it 1 %.
constexpr int rows_ahead(int rows) {
  const int wanted = 896 / rows;
  return wanted < 128 ? wanted : 128;
}

template <class Op, int rows>
inline void store_block(const typename Op::Vec (&acc)[rows][Op::vectors], const StripArgs& s,
                        float* c) {
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < Op::vectors; ++v) {
      float* to = c + m * s.ldc + v * Op::lanes;
      Op::store(to, s.accumulate ? Op::add(Op::load(to), acc[m][v]) : acc[m][v]);
    }
  }
}

// One word of B and its rows' words.
template <class Op, int rows, bool fetch>
inline void multiply_word(const uint32_t* a, const uint32_t* b,
                          typename Op::Vec (&acc)[rows][Op::vectors]) {
  constexpr int columns = Op::vectors * Op::lanes;
  if constexpr (fetch) {
    WATTENTION_UNROLL
    for (int line = 0; line < columns; line += 16)
      __builtin_prefetch(b + rows_ahead(rows) * columns + line);
  }
  WATTENTION_UNROLL
  for (int phase = 0; phase < Op::phases; ++phase, a += rows) {
    typename Op::Vec column[Op::vectors];
    WATTENTION_UNROLL
    for (int v = 0; v < Op::vectors; ++v) column[v] = Op::columns(b + v * Op::lanes, phase);
    WATTENTION_UNROLL
    for (int m = 0; m < rows; ++m) {
      const typename Op::Vec row = Op::broadcast(a + m);
      WATTENTION_UNROLL
      for (int v = 0; v < Op::vectors; ++v) acc[m][v] = Op::multiply_add(acc[m][v], row, column[v]);
    }
  }
}

template <class Op, int rows, bool fetch>
inline void block(const StripArgs& s, const uint32_t* b, float* c) {
  constexpr int columns = Op::vectors * Op::lanes, words = Op::phases * rows;
  typename Op::Vec acc[rows][Op::vectors];
  WATTENTION_UNROLL
  for (int m = 0; m < rows; ++m) {
    WATTENTION_UNROLL
    for (int v = 0; v < Op::vectors; ++v) acc[m][v] = Op::zero();
  }
  const uint32_t* a = static_cast<const uint32_t*>(s.a);
  int64_t left = s.k / Op::k_per_word;
  for (; left >= Op::turn; left -= Op::turn, a += Op::turn * words, b += Op::turn * columns) {
    WATTENTION_UNROLL
    for (int i = 0; i < Op::turn; ++i)
      multiply_word<Op, rows, fetch>(a + i * words, b + i * columns, acc);
  }
  if constexpr (Op::turn > 1) {
    for (; left > 0; --left, a += words, b += columns) multiply_word<Op, rows, fetch>(a, b, acc);
  }
  store_block<Op, rows>(acc, s, c);
}

// Picks the instance for this strip's height: a strip of 1 row does the work of 1 row.
template <class Op, int rows>
inline void run_strip(const StripArgs& s) {
  if constexpr (rows > 1) {
    if (s.rows < rows) return run_strip<Op, rows - 1>(s);
  }
  for (int panel = 0; panel < s.panels; ++panel) {
    const char* b = static_cast<const char*>(s.b) + panel * s.b_panel_bytes;
    const auto* words = reinterpret_cast<const uint32_t*>(b);
    float* c = s.c + panel * Op::vectors * Op::lanes;
    if constexpr (Op::every_strip_fetches)
      block<Op, rows, true>(s, words, c);
    else
      s.fetch ? block<Op, rows, true>(s, words, c) : block<Op, rows, false>(s, words, c);
  }
}

}  // namespace
}  // namespace wattention::cpu
