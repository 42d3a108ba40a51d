// Attention on AVX2 with FMA and F16C: f32, and bf16 and f16 widened to it.
#if !defined(__F16C__)
#error "compile this file with -mavx2 -mfma -mf16c"
#endif

#include "backends/cpu/kernels/attention_avx2_block.h"
#include "backends/cpu/kernels/attention_nest.h"
#include "backends/cpu/kernels/avx2_op.h"

namespace wattention::cpu {
namespace {

// All ones in the first `count` of 8 lanes.
inline __m256i first_lanes(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

struct Avx2Attention : Avx2Lanes {
  static constexpr bool pairs = false;
  /// 3 x 4 accumulators, 3 broadcasts and a vector of the tile are all 16 registers: 19 instructions for 12
  /// multiply-adds, which 6 x 2 need 20 for and more of the loop's own. A core whose front end serves another thread,
  /// too, takes 3 in a cycle, and multiply-adds 6 cycles.
  static constexpr int tile_vectors = 4;
  static constexpr int block_rows(int vectors) { return 12 / vectors; }
  /// 44 strips of 3, and 33 turns of 4.
  static constexpr int key_block = 132;
  static constexpr int pair_rows = 0;
  static constexpr bool own_blocks = true;
  static constexpr bool broadcasts_in_place = false;
  /// 4 rows x 2 accumulators, a value's vector and a weight.
  static constexpr int row_vectors = 2;
  static constexpr bool groups_values = true;
  /// A word of two bf16 is a shift away from the even one's float and a mask from the odd one's.
  template <Element element>
  static constexpr bool splits = element == Element::bf16;

  static Vec broadcast(const void* p) { return _mm256_broadcast_ss(static_cast<const float*>(p)); }
  static Vec multiply_add_words(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
  static void score_block(const char* keys, int64_t key_bytes, const uint32_t* query, int64_t words,
                          Vec (&scores)[3][4]) {
    cpu::score_block(keys, key_bytes, reinterpret_cast<const char*>(query), words, scores);
  }
  static void context_block(const char* values, int64_t value_bytes, const float* weights,
                            int64_t keys, Vec (&context)[3][4]) {
    cpu::context_block(values, value_bytes, reinterpret_cast<const char*>(weights), keys, context);
  }
  static Vec times_power_of_two(Vec v, Vec n, Vec t) {
    return zero_where_below(t, -126.0f, mul(v, power_of_two(n)));
  }
  static Vec power_in_word(Vec word) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(word), 23));
  }
  static bool all_below(Vec v, float bound) {
    return _mm256_movemask_ps(_mm256_cmp_ps(v, set(bound), _CMP_LT_OQ)) == 0xff;
  }
  static Vec zero_unless_below(Vec v, float bound, Vec x) {
    return _mm256_and_ps(_mm256_cmp_ps(v, set(bound), _CMP_LT_OQ), x);
  }
  static Vec zero_where_lowest(Vec v) {
    return _mm256_and_ps(_mm256_cmp_ps(v, set(-__builtin_inff()), _CMP_NEQ_UQ), v);
  }
  static Vec absolute(Vec v) { return _mm256_andnot_ps(set(-0.0f), v); }
  static Vec with_sign_of(Vec magnitude, Vec x) {
    return _mm256_or_ps(magnitude, _mm256_and_ps(x, set(-0.0f)));
  }
  static Vec limited(Vec v, int32_t key, const int32_t* from, const int32_t* to) {
    const __m256i at = _mm256_set1_epi32(key);
    const __m256i before = _mm256_cmpgt_epi32(load_words(from), at);
    const __m256i inside = _mm256_andnot_si256(before, _mm256_cmpgt_epi32(load_words(to), at));
    return _mm256_blendv_ps(set(-__builtin_inff()), v, _mm256_castsi256_ps(inside));
  }
  template <Element element>
  static Vec load_as(const void* p) {
    if constexpr (element == Element::f32) return _mm256_loadu_ps(static_cast<const float*>(p));
    return widened<element>(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }
  template <Element element>
  static void load_split(const void* p, Vec (&v)[2]) {
    static_assert(element == Element::bf16);
    const __m256i words = _mm256_loadu_si256(static_cast<const __m256i*>(p));
    v[0] = _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
    v[1] = _mm256_and_ps(_mm256_castsi256_ps(words),
                         _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(0xffff0000))));
  }
  static void join(Vec& even, Vec& odd) {
    const Vec low = _mm256_unpacklo_ps(even, odd), high = _mm256_unpackhi_ps(even, odd);
    even = _mm256_permute2f128_ps(low, high, 0x20);
    odd = _mm256_permute2f128_ps(low, high, 0x31);
  }
  template <Element element>
  static Vec load_part(const void* p, int64_t count) {
    if constexpr (element == Element::f32)
      return _mm256_maskload_ps(static_cast<const float*>(p), first_lanes(count));
    uint16_t halves[8] = {};
    for (int64_t i = 0; i < count; ++i) halves[i] = static_cast<const uint16_t*>(p)[i];
    return load_as<element>(halves);
  }
  template <Element element>
  static void store_as(void* p, Vec v) {
    if constexpr (element == Element::f32) return store(static_cast<float*>(p), v);
    _mm_storeu_si128(static_cast<__m128i*>(p), narrowed<element>(v));
  }
  template <Element element>
  static void store_part(void* p, int64_t count, Vec v) {
    if constexpr (element == Element::f32)
      return _mm256_maskstore_ps(static_cast<float*>(p), first_lanes(count), v);
    uint16_t halves[8];
    store_as<element>(halves, v);
    for (int64_t i = 0; i < count; ++i) static_cast<uint16_t*>(p)[i] = halves[i];
  }
  static Vec lowest_beyond(Vec v, int64_t count) {
    return _mm256_blendv_ps(set(-__builtin_inff()), v, _mm256_castsi256_ps(first_lanes(count)));
  }
  static void transpose(Vec (&v)[8]) {
    __m256i words[8];
    for (int i = 0; i < 8; ++i) words[i] = _mm256_castps_si256(v[i]);
    transpose_square(words);
    for (int i = 0; i < 8; ++i) v[i] = _mm256_castsi256_ps(words[i]);
  }
  // A tree: twice neighbours within 128 bits, then the two halves. Lane i of the result is v[i]'s sum.
  static Vec sums(const Vec (&v)[8]) {
    const Vec low = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    const Vec high = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));
    return add(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
  }

 private:
  static __m256i load_words(const int32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  template <Element element>
  static Vec widened(__m128i halves) {
    if constexpr (element == Element::f16) return _mm256_cvtph_ps(halves);
    return widened_bf16(halves);
  }
  template <Element element>
  static __m128i narrowed(Vec v) {
    if constexpr (element == Element::f16) return _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT);
    return rounded_to_bf16(v);
  }
};

}  // namespace

extern const AttentionKernel attention_avx2 =
    attention_of<Avx2Attention, Avx2Attention>("attention_avx2", Isa::avx2);

}  // namespace wattention::cpu
