#pragma once
// The loop nest of the tile kernels, written once over a TileOp: Intel's AMX, or the same tiles in software.
//
// Eight tiles of 16 rows x 64 bytes:   C: 0 1    A: 4    B: 6 7
//                                         2 3       5
// C holds 16 x 16 f32. A holds 16 rows x 32 k of bf16. B holds 16 pairs of k x 16 columns: one word each.
// Per 32 k: 4 loads, 4 multiplies; each loaded tile is used twice.
//
// A tile register whose configured rows differ from the operation's raises #UD, so C's lower tiles and A's
// second tile are configured with the strip's own rows; a strip of up to 16 rows never touches them.
//
// A TileOp has: configure(rows of the upper tiles, rows of the lower tiles), release, and with the tile's
// number as template argument zero, load, store, multiply.
#include "backends/cpu/kernel.h"

namespace wattention::cpu {
namespace {

constexpr int tile_rows = 16, tile_bytes = 1024, tile_k_values = 32;

// C[first] and C[first + 1]: 16 rows, 32 columns.
template <class TileOp, int first>
inline void start_pair(TileOp& op, const StripArgs& s, const float* c) {
  if (s.accumulate) {
    op.template load<first>(c, s.ldc * 4);
    op.template load<first + 1>(c + 16, s.ldc * 4);
  } else {
    op.template zero<first>();
    op.template zero<first + 1>();
  }
}

template <class TileOp, int first>
inline void store_pair(TileOp& op, const StripArgs& s, float* c) {
  op.template store<first>(c, s.ldc * 4);
  op.template store<first + 1>(c + 16, s.ldc * 4);
}

// One panel of 32 columns. `two`: the strip has more than 16 rows.
template <bool two, class TileOp>
inline void tile_block(TileOp& op, const StripArgs& s, const char* b, float* c) {
  float* lower = c + tile_rows * s.ldc;
  start_pair<TileOp, 0>(op, s, c);
  if constexpr (two) start_pair<TileOp, 2>(op, s, lower);
  const char* a = static_cast<const char*>(s.a);
  for (int64_t k = 0; k < s.k; k += tile_k_values) {
    op.template load<4>(a, 64);
    op.template load<6>(b, 128);
    op.template load<7>(b + 64, 128);
    op.template multiply<0, 4, 6>();
    op.template multiply<1, 4, 7>();
    if constexpr (two) {
      op.template load<5>(a + tile_bytes, 64);
      op.template multiply<2, 5, 6>();
      op.template multiply<3, 5, 7>();
    }
    a += two ? 2 * tile_bytes : tile_bytes;
    b += 2 * tile_bytes;
  }
  store_pair<TileOp, 0>(op, s, c);
  if constexpr (two) store_pair<TileOp, 2>(op, s, lower);
}

template <class TileOp>
inline void run_tile_strip(TileOp& op, const StripArgs& s) {
  const bool two = s.rows > tile_rows;
  op.configure(two ? tile_rows : s.rows, two ? s.rows - tile_rows : 1);
  for (int panel = 0; panel < s.panels; ++panel) {
    const char* b = static_cast<const char*>(s.b) + panel * s.b_panel_bytes;
    float* c = s.c + panel * 32;
    two ? tile_block<true>(op, s, b, c) : tile_block<false>(op, s, b, c);
  }
  op.release();
}

}  // namespace
}  // namespace wattention::cpu
