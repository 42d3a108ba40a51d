// Row operations on AVX-512.
#include "backends/cpu/kernels/avx512_op.h"
#include "backends/cpu/kernels/vector_nest.h"

namespace wattention::cpu {
namespace {

struct Op {
  using Vec = __m512;
  static constexpr int lanes = 16;
  static Vec load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
  static Vec set(float x) { return _mm512_set1_ps(x); }
  static Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
  static Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
  static Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
  static Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
  static Vec multiply_add(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
  static Vec nearest(Vec v) {
    return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static Vec power_of_two(Vec n) {
    const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(biased, 23));
  }
  static Vec zero_where_below(Vec t, float bound, Vec v) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(t, set(bound), _CMP_NLT_UQ), v);
  }
  static float sum(Vec v) { return _mm512_reduce_add_ps(v); }
  static float largest(Vec v) { return _mm512_reduce_max_ps(v); }
  static Vec load_bf16(const uint16_t* p) {
    const __m512i words =
        _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
  }
  // Adding 0x7fff plus the kept last bit carries exactly where nearest-even rounds up; NaN is made quiet.
  static void store_bf16(uint16_t* p, Vec v) {
    const __m512i bits = _mm512_castps_si512(v), high = _mm512_srli_epi32(bits, 16);
    const __m512i even = _mm512_and_si512(high, _mm512_set1_epi32(1));
    const __m512i carried =
        _mm512_add_epi32(bits, _mm512_add_epi32(even, _mm512_set1_epi32(0x7fff)));
    const __m512i quiet = _mm512_or_si512(high, _mm512_set1_epi32(0x40));
    const __m512i rounded = _mm512_mask_mov_epi32(_mm512_srli_epi32(carried, 16),
                                                  _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), quiet);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(rounded));
  }
};

// 16 x 16 words in place: pairs, then quads within 128-bit lanes, then the lanes themselves, twice.
inline void transpose_square(__m512i (&r)[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 8; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
  }
}

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
