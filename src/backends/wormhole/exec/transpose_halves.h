#pragma once
// Rows of halves to columns, in squares of eight: registers of 128 bits, which every x86-64 has.
#include <cstdint>

#include "backends/wormhole/numerics/bits.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace wattention::wormhole {
namespace {  // files of every ISA have a copy of their own

inline constexpr int transposed_square = 8;

#if defined(__SSE2__)
inline void transpose_square(const Bits* from, std::int64_t from_stride, Bits* to,
                             std::int64_t to_stride) {
  __m128i a[8], b[8];
  for (int i = 0; i < 8; ++i)
    a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i * from_stride));
  for (int i = 0; i < 4; ++i) {  // rows i and i + 4 interleaved; thrice, and rows are columns
    b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
  }
  for (int i = 0; i < 4; ++i) {
    a[2 * i] = _mm_unpacklo_epi16(b[i], b[i + 4]);
    a[2 * i + 1] = _mm_unpackhi_epi16(b[i], b[i + 4]);
  }
  for (int i = 0; i < 4; ++i) {
    b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
  }
  for (int i = 0; i < 8; ++i)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i * to_stride), b[i]);
}
#else
inline void transpose_square(const Bits* from, std::int64_t from_stride, Bits* to,
                             std::int64_t to_stride) {
  for (int row = 0; row < transposed_square; ++row)
    for (int col = 0; col < transposed_square; ++col)
      to[col * to_stride + row] = from[row * from_stride + col];
}
#endif

/// [rows, cols] -> [cols, rows], both multiples of 8.
inline void transpose_halves(const Bits* from, std::int64_t from_stride, std::int64_t rows,
                             std::int64_t cols, Bits* to, std::int64_t to_stride) {
  for (std::int64_t col = 0; col < cols; col += transposed_square)
    for (std::int64_t row = 0; row < rows; row += transposed_square)
      transpose_square(from + row * from_stride + col, from_stride, to + col * to_stride + row,
                       to_stride);
}

}  // namespace
}  // namespace wattention::wormhole
