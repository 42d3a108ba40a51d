// bf16 tiles through TDPBF16PS. The instructions are written out (AT&T: sources first, destination last):
// the compilers' intrinsics paste the tile's number as text, which a template argument is not.
#include "backends/cpu/kernels/amx_nest.h"

namespace wattention::cpu {
namespace {

// LDTILECFG's 64 bytes (Intel SDM volume 1, table 18-1): palette 1 has 8 tiles.
struct alignas(64) TileConfig {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};
static_assert(sizeof(TileConfig) == 64);

struct Amx {
  void configure(int upper_rows, int lower_rows) {
    TileConfig config = {};
    config.palette = 1;
    for (int tile = 0; tile < 8; ++tile) {
      const bool upper = tile == 0 || tile == 1 || tile == 4;
      const bool is_b = tile >= 6;
      config.row_bytes[tile] = 64;
      config.rows[tile] = static_cast<uint8_t>(is_b ? tile_rows : upper ? upper_rows : lower_rows);
    }
    __asm__ volatile("ldtilecfg %0" : : "m"(config));
  }
  void release() { __asm__ volatile("tilerelease"); }
  template <int tile>
  void zero() {
    __asm__ volatile("tilezero %%tmm%c0" : : "i"(tile));
  }
  template <int tile>
  void load(const void* from, int64_t row_bytes) {
    __asm__ volatile("tileloadd (%1,%2,1), %%tmm%c0"
                     :
                     : "i"(tile), "r"(from), "r"(row_bytes)
                     : "memory");
  }
  template <int tile>
  void store(void* to, int64_t row_bytes) {
    __asm__ volatile("tilestored %%tmm%c0, (%1,%2,1)"
                     :
                     : "i"(tile), "r"(to), "r"(row_bytes)
                     : "memory");
  }
  template <int c, int a, int b>
  void multiply() {
    __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(c), "i"(a), "i"(b));
  }
};

}  // namespace

void gemm_bf16_32x32x32_amx(const StripArgs& s) {
  Amx op;
  run_tile_strip(op, s);
}

}  // namespace wattention::cpu
