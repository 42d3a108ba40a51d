#pragma once
// What attention asks of AVX-512.
#include "backends/cpu/kernels/attention_nest.h"
#include "backends/cpu/kernels/avx512_op.h"

namespace wattention::cpu {
namespace {

inline __mmask16 first_lanes(int64_t count) {
  return static_cast<__mmask16>((1u << count) - 1u);
}

struct Avx512Attention : Avx512Lanes {
  static constexpr bool pairs = false;
  /// 14 x 2 accumulators, 2 vectors of the tile and a broadcast are 31 of 32 registers.
  static constexpr int tile_vectors = 2;
  static constexpr int block_rows(int) { return 14; }
  static constexpr int key_block = 126;  // 9 x 14, 21 x 6
  /// 6 x 4 accumulators, 4 vectors of two tiles and a broadcast are 29: 10 loads for 24 multiply-adds, not 16 for 28.
  static constexpr int pair_rows = 6;
  static constexpr bool own_blocks = false;
  static constexpr bool broadcasts_in_place = true;
  /// 4 rows x 4 accumulators, and a value's vector.
  static constexpr int row_vectors = 4;
  static constexpr bool groups_values = false;
  template <Element>
  static constexpr bool splits = false;

  static Vec broadcast(const void* p) {  // words of halves lie at any even address
    float word;
    __builtin_memcpy(&word, p, sizeof word);
    return _mm512_set1_ps(word);
  }
  static Vec multiply_add_words(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
  // Compilers would load the word once for all its multiply-adds.
  static Vec multiply_add_at(const void* p, Vec b, Vec c) {
    struct __attribute__((packed, may_alias)) Word {
      float value;
    };
    __asm__("vfmadd231ps %2%{1to16%}, %1, %0"
            : "+v"(c)
            : "v"(b), "m"(*static_cast<const Word*>(p)));
    return c;
  }
  static Vec times_power_of_two(Vec v, Vec n, Vec t) {
    return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(t, set(-126.0f), _CMP_NLT_UQ), v, n);
  }
  static Vec power_in_word(Vec word) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(word), 23));
  }
  static bool all_below(Vec v, float bound) {
    return _mm512_cmp_ps_mask(v, set(bound), _CMP_LT_OQ) == 0xffff;
  }
  static Vec zero_unless_below(Vec v, float bound, Vec x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, set(bound), _CMP_LT_OQ), x);
  }
  static Vec zero_where_lowest(Vec v) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, set(-__builtin_inff()), _CMP_NEQ_UQ), v);
  }
  static Vec absolute(Vec v) { return _mm512_abs_ps(v); }
  static Vec with_sign_of(Vec magnitude, Vec x) {
    return _mm512_or_ps(magnitude, _mm512_and_ps(x, set(-0.0f)));
  }
  static Vec limited(Vec v, int32_t key, const int32_t* from, const int32_t* to) {
    const __m512i at = _mm512_set1_epi32(key);
    const __mmask16 seen = _mm512_cmple_epi32_mask(_mm512_loadu_si512(from), at) &
                           _mm512_cmplt_epi32_mask(at, _mm512_loadu_si512(to));
    return _mm512_mask_mov_ps(set(-__builtin_inff()), seen, v);
  }
  template <Element element>
  static Vec load_as(const void* p) {
    if constexpr (element == Element::f32) return _mm512_loadu_ps(p);
    const __m256i halves = _mm256_loadu_si256(static_cast<const __m256i*>(p));
    return widened<element>(halves);
  }
  template <Element element>
  static Vec load_part(const void* p, int64_t count) {
    if constexpr (element == Element::f32) return _mm512_maskz_loadu_ps(first_lanes(count), p);
    return widened<element>(_mm256_maskz_loadu_epi16(first_lanes(count), p));
  }
  template <Element element>
  static void store_as(void* p, Vec v) {
    if constexpr (element == Element::f32) return _mm512_storeu_ps(p, v);
    _mm256_storeu_si256(static_cast<__m256i*>(p), narrowed<element>(v));
  }
  template <Element element>
  static void store_part(void* p, int64_t count, Vec v) {
    if constexpr (element == Element::f32) return _mm512_mask_storeu_ps(p, first_lanes(count), v);
    _mm256_mask_storeu_epi16(p, first_lanes(count), narrowed<element>(v));
  }
  static Vec lowest_beyond(Vec v, int64_t count) {
    return _mm512_mask_mov_ps(set(-__builtin_inff()), first_lanes(count), v);
  }

  static void transpose(Vec (&v)[16]) {
    __m512i words[16];
    for (int i = 0; i < 16; ++i) words[i] = _mm512_castps_si512(v[i]);
    transpose_square(words);
    for (int i = 0; i < 16; ++i) v[i] = _mm512_castsi512_ps(words[i]);
  }
  // A tree: pairs within 128 bits, then quads, then the 128-bit lanes, twice. Lane i of the result is v[i]'s sum.
  static Vec sums(const Vec (&v)[16]) {
    Vec two[8], four[4], eight[2];
    for (int i = 0; i < 8; ++i)
      two[i] = add(_mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]),
                   _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]));
    for (int i = 0; i < 4; ++i) {
      const __m512d a = _mm512_castps_pd(two[2 * i]), b = _mm512_castps_pd(two[2 * i + 1]);
      four[i] = add(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)),
                    _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
    }
    for (int i = 0; i < 2; ++i)
      eight[i] = add(_mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0x88),
                     _mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0xdd));
    return add(_mm512_shuffle_f32x4(eight[0], eight[1], 0x88),
               _mm512_shuffle_f32x4(eight[0], eight[1], 0xdd));
  }

 private:
  template <Element element>
  static Vec widened(__m256i halves) {
    if constexpr (element == Element::f16) return _mm512_cvtph_ps(halves);
    return widened_bf16(halves);
  }
  template <Element element>
  static __m256i narrowed(Vec v) {
    if constexpr (element == Element::f16)
      return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    return rounded_to_bf16(v);
  }
};

}  // namespace
}  // namespace wattention::cpu
