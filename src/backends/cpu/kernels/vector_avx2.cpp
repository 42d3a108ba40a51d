// Row operations on AVX2.
#include "backends/cpu/kernels/avx2_op.h"
#include "backends/cpu/kernels/vector_nest.h"

namespace wattention::cpu {
namespace {

inline void store_words(void* p, __m256i v) {
  _mm256_storeu_si256(static_cast<__m256i*>(p), v);
}
inline __m128i load_halves(const uint16_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

struct Op : Avx2Lanes {
  static Vec load_bf16(const uint16_t* p) { return widened_bf16(load_halves(p)); }
  static void store_bf16(uint16_t* p, Vec v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), rounded_to_bf16(v));
  }
};

// All ones in the first `count` of 8 lanes.
inline __m256i first(int64_t count) {
  const int limited = count >= 8 ? 8 : static_cast<int>(count);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(limited), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

void transpose_words(const void* lines_begin, int64_t line_bytes, int64_t lines, int64_t words,
                     uint32_t* dst, int64_t dst_stride) {
  for (int64_t line = 0; line < lines; line += 8) {
    const char* from = static_cast<const char*>(lines_begin) + line * line_bytes;
    const __m256i in_lines = first(lines - line);
    for (int64_t word = 0; word < words; word += 8) {
      const __m256i in_words = first(words - word);
      __m256i r[8];
      for (int i = 0; i < 8; ++i)
        r[i] = line + i < lines
                   ? _mm256_maskload_epi32(
                         reinterpret_cast<const int*>(from + i * line_bytes + word * 4), in_words)
                   : _mm256_setzero_si256();
      transpose_square(r);
      for (int i = 0; i < 8 && word + i < words; ++i)
        _mm256_maskstore_epi32(reinterpret_cast<int*>(dst + (word + i) * dst_stride + line),
                               in_lines, r[i]);
    }
  }
}

void interleave(const uint16_t* even, const uint16_t* odd, int64_t count, uint32_t* dst) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i low = _mm256_cvtepu16_epi32(load_halves(even + i));
    const __m256i high = _mm256_cvtepu16_epi32(load_halves(odd + i));
    store_words(dst + i, _mm256_or_si256(low, _mm256_slli_epi32(high, 16)));
  }
  interleave_rest(even, odd, i, count, dst);
}

}  // namespace

extern const VectorKernel vector_avx2 =
    row_operations<Op>("vector_avx2", Isa::avx2, transpose_words, interleave);

}  // namespace wattention::cpu
