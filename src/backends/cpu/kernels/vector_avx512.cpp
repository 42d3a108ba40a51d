// Row operations on AVX-512.
#include "backends/cpu/kernels/avx512_op.h"
#include "backends/cpu/kernels/vector_nest.h"

namespace wattention::cpu {
namespace {

struct Op : Avx512Lanes {
  static Vec power_of_two(Vec n) {
    const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(biased, 23));
  }
  static Vec zero_where_below(Vec t, float bound, Vec v) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(t, set(bound), _CMP_NLT_UQ), v);
  }
  static Vec load_bf16(const uint16_t* p) {
    return widened_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static void store_bf16(uint16_t* p, Vec v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), rounded_to_bf16(v));
  }
};

inline __mmask16 first(int64_t count) {
  return count >= 16 ? __mmask16{0xffff} : static_cast<__mmask16>((1u << count) - 1u);
}

void transpose_words(const void* lines_begin, int64_t line_bytes, int64_t lines, int64_t words,
                     uint32_t* dst, int64_t dst_stride) {
  for (int64_t line = 0; line < lines; line += 16) {
    const char* from = static_cast<const char*>(lines_begin) + line * line_bytes;
    const __mmask16 in_lines = first(lines - line);
    for (int64_t word = 0; word < words; word += 16) {
      __m512i r[16];
      for (int i = 0; i < 16; ++i)
        r[i] = line + i < lines
                   ? _mm512_maskz_loadu_epi32(first(words - word), from + i * line_bytes + word * 4)
                   : _mm512_setzero_si512();
      transpose_square(r);
      for (int i = 0; i < 16 && word + i < words; ++i)
        _mm512_mask_storeu_epi32(dst + (word + i) * dst_stride + line, in_lines, r[i]);
    }
  }
}

void interleave(const uint16_t* even, const uint16_t* odd, int64_t count, uint32_t* dst) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m512i low =
        _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(even + i)));
    const __m512i high =
        _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(odd + i)));
    _mm512_storeu_si512(dst + i, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
  interleave_rest(even, odd, i, count, dst);
}

}  // namespace

extern const VectorKernel vector_avx512 =
    row_operations<Op>("vector_avx512", Isa::avx512, transpose_words, interleave);

}  // namespace wattention::cpu
