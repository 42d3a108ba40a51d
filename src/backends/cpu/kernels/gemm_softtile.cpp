// AMX's loop nest over tiles in plain C++, so that the nest, the packing and the edges can be proven on any
// processor. multiply() follows the operation of TDPBF16PS in Intel's SDM, volume 2: per element of C the
// products of even k and of odd k are summed apart, each by fused multiply-adds from zero; the two sums are
// added, then added to C. Round to nearest even; subnormal inputs and results are zero.
#include <cmath>
#include <cstring>

#include "backends/cpu/kernels/amx_nest.h"

namespace wattention::cpu {
namespace {

constexpr float smallest_normal = 0x1p-126f;

float flushed(float value) {
  return std::fabs(value) < smallest_normal ? std::copysign(0.0f, value) : value;
}

float widened(uint32_t high_half) {
  float value;
  std::memcpy(&value, &high_half, sizeof value);
  return flushed(value);
}

// fma(a, b, sum) for widened bf16. A normal product of two 8-bit mantissas is exact, and then one rounding
// is left either way; fmaf is kept for the rest because it is slow where the processor has no FMA.
float fused(float a, float b, float sum) {
  const float product = a * b;
  const bool exact = std::fabs(product) >= smallest_normal && std::isfinite(product);
  return flushed(exact ? sum + product : std::fmaf(a, b, sum));
}

class SoftTiles {
 public:
  void configure(int upper_rows, int lower_rows) {
    for (int tile = 0; tile < 8; ++tile) {
      const bool upper = tile == 0 || tile == 1 || tile == 4;
      rows_[tile] = tile >= 6 ? tile_rows : upper ? upper_rows : lower_rows;
    }
  }
  void release() {}
  template <int tile>
  void zero() {
    std::memset(words_[tile], 0, tile_bytes);
  }
  template <int tile>
  void load(const void* from, int64_t row_bytes) {
    for (int r = 0; r < rows_[tile]; ++r)
      std::memcpy(words_[tile][r], static_cast<const char*>(from) + r * row_bytes, 64);
  }
  template <int tile>
  void store(void* to, int64_t row_bytes) {
    for (int r = 0; r < rows_[tile]; ++r)
      std::memcpy(static_cast<char*>(to) + r * row_bytes, words_[tile][r], 64);
  }
  template <int c, int a, int b>
  void multiply() {
    for (int m = 0; m < rows_[c]; ++m)
      for (int n = 0; n < 16; ++n) add_products(words_[c][m][n], words_[a][m], words_[b], n);
  }

 private:
  using Row = uint32_t[16];

  static void add_products(uint32_t& c, const Row& a, const Row (&b)[tile_rows], int n) {
    float even = 0.0f, odd = 0.0f, sum;
    for (int pair = 0; pair < 16; ++pair) {
      even = fused(widened(a[pair] << 16), widened(b[pair][n] << 16), even);
      odd = fused(widened(a[pair] & 0xffff0000u), widened(b[pair][n] & 0xffff0000u), odd);
    }
    std::memcpy(&sum, &c, sizeof sum);
    sum = flushed(flushed(sum) + flushed(even + odd));
    std::memcpy(&c, &sum, sizeof sum);
  }

  Row words_[8][tile_rows];
  int rows_[8];
};

}  // namespace

void gemm_bf16_32x32x32_softtile(const StripArgs& s) {
  SoftTiles tiles;
  run_tile_strip(tiles, s);
}

}  // namespace wattention::cpu
