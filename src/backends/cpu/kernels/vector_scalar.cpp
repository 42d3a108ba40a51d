// Row operations in portable C++.
#include <bit>
#include <cmath>
#include <cstring>

#include "backends/cpu/kernels/vector_nest.h"

namespace wattention::cpu {
namespace {

struct Op {
  using Vec = float;
  static constexpr int lanes = 1;
  static Vec load(const float* p) { return *p; }
  static void store(float* p, Vec v) { *p = v; }
  static Vec set(float x) { return x; }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec sub(Vec a, Vec b) { return a - b; }
  static Vec mul(Vec a, Vec b) { return a * b; }
  static Vec div(Vec a, Vec b) { return a / b; }
  static Vec max(Vec a, Vec b) { return a > b ? a : b; }
  static Vec multiply_add(Vec a, Vec b, Vec c) { return a * b + c; }
  static Vec nearest(Vec v) { return std::nearbyintf(v); }
  static Vec power_of_two(Vec n) {
    // Also called where the caller discards the result, and with any n in a row that holds a NaN: keep the conversion
    // defined.
    const int exponent = n >= -126.0f && n <= 0.0f ? static_cast<int>(n) : -127;
    return std::bit_cast<float>(static_cast<uint32_t>(exponent + 127) << 23);
  }
  static Vec zero_where_below(Vec t, float bound, Vec v) { return t < bound ? 0.0f : v; }
  static float sum(Vec v) { return v; }
  static float largest(Vec v) { return v; }
  static Vec load_bf16(const uint16_t* p) { return std::bit_cast<float>(uint32_t{*p} << 16); }
  static void store_bf16(uint16_t* p, Vec v) {
    const auto bits = std::bit_cast<uint32_t>(v);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    *p = static_cast<uint16_t>(v != v ? bits >> 16 | 0x40u : rounded);
  }
};

void transpose_words(const void* lines_begin, int64_t line_bytes, int64_t lines, int64_t words,
                     uint32_t* dst, int64_t dst_stride) {
  for (int64_t word = 0; word < words; ++word)
    for (int64_t line = 0; line < lines; ++line)
      std::memcpy(dst + word * dst_stride + line,
                  static_cast<const char*>(lines_begin) + line * line_bytes + word * 4, 4);
}

void interleave(const uint16_t* even, const uint16_t* odd, int64_t count, uint32_t* dst) {
  interleave_rest(even, odd, 0, count, dst);
}

}  // namespace

extern const VectorKernel vector_scalar =
    row_operations<Op>("vector_scalar", Isa::scalar, transpose_words, interleave);

}  // namespace wattention::cpu
