#pragma once
// The vector operations of the kernels, on AVX2 registers. Include from a file compiled for AVX2 and FMA only.
#ifndef __AVX2__
#error "compile this file with AVX2 and FMA"
#endif
#include <immintrin.h>

#include <cstdint>

namespace wattention::wormhole {
namespace {

struct Avx2 {
  using F = __m256;       // 8 floats
  using I = __m256i;      // 8 int32
  using Bytes = __m256i;  // 32 uint8
  static constexpr int lanes = 8;
  static constexpr int byte_lanes = 32;

  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, F x) { _mm256_storeu_ps(p, x); }
  static F all(float x) { return _mm256_set1_ps(x); }
  static I all(std::int32_t x) { return _mm256_set1_epi32(x); }
  static F as_floats(I x) { return _mm256_castsi256_ps(x); }
  static I as_ints(F x) { return _mm256_castps_si256(x); }

  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  /// whole + floor(x), for an integer `whole` above 2^23.
  static F add_floor(F x, F whole) { return _mm256_add_ps(_mm256_floor_ps(x), whole); }

  static I add(I a, I b) { return _mm256_add_epi32(a, b); }
  static I sub(I a, I b) { return _mm256_sub_epi32(a, b); }
  static I max(I a, I b) { return _mm256_max_epi32(a, b); }
  static I both(I a, I b) { return _mm256_and_si256(a, b); }
  template <int count>
  static I shift_right(I x) {
    return _mm256_srli_epi32(x, count);
  }
  static I multiply(I a, I b) { return _mm256_mullo_epi32(a, b); }
  /// Of words below 2^15: half as long.
  static I multiply_halves(I a, I b) { return _mm256_madd_epi16(a, b); }
  static I min(I a, I b) { return _mm256_min_epi32(a, b); }
  static I either(I a, I b) { return _mm256_or_si256(a, b); }
  static I differ(I a, I b) { return _mm256_xor_si256(a, b); }
  template <int count>
  static I shift_left(I x) {
    return _mm256_slli_epi32(x, count);
  }
  static I shift_left(I x, I counts) { return _mm256_sllv_epi32(x, counts); }
  static I shift_right_signed(I x, I counts) { return _mm256_srav_epi32(x, counts); }
  /// -1 for negative lanes, else 0.
  static I sign(I x) { return _mm256_srai_epi32(x, 31); }
  static F to_floats(I x) { return _mm256_cvtepi32_ps(x); }
  static I to_ints(F x) { return _mm256_cvtps_epi32(x); }
  /// x where a > b, else y.
  static I select_greater(I a, I b, I x, I y) {
    return _mm256_blendv_epi8(y, x, _mm256_cmpgt_epi32(a, b));
  }
  static bool any_greater(I a, I b) { return _mm256_movemask_epi8(_mm256_cmpgt_epi32(a, b)) != 0; }
  /// x where a > b, else 0.
  static F where_greater(I a, I b, F x) {
    return _mm256_and_ps(as_floats(_mm256_cmpgt_epi32(a, b)), x);
  }

  /// 8 bytes as the exponent fields of floats.
  static I exponent_fields(const std::uint8_t* p) {
    return _mm256_slli_epi32(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))), 23);
  }
  /// 8 halves, zero extended.
  static I load_halves(const std::uint16_t* p) {
    return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  /// The upper halves of 8 words.
  static void store_upper_halves(std::uint16_t* p, I x) {
    const I halves = _mm256_srli_epi32(x, 16);
    const I packed = _mm256_packus_epi32(halves, halves);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08)));
  }

  /// table[index] of each lane; 16 bits beyond the table are read, too.
  static I look_up(const std::uint16_t* table, I index) {
    return _mm256_and_si256(_mm256_i32gather_epi32(reinterpret_cast<const int*>(table), index, 2),
                            _mm256_set1_epi32(0xffff));
  }
  static I look_up(const std::uint32_t* table, I index) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), index, 4);
  }
  static I load_words(const std::uint32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const I*>(p));
  }
  static void store_words(std::uint32_t* p, I x) {
    _mm256_storeu_si256(reinterpret_cast<I*>(p), x);
  }
  /// 8 words up to 255 as bytes.
  static void store_low_bytes(std::uint8_t* p, I x) {
    const I halves = _mm256_permute4x64_epi64(_mm256_packus_epi32(x, x), 0x08);
    const __m128i low = _mm256_castsi256_si128(halves);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(low, low));
  }

  static Bytes load_bytes(const std::uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const I*>(p));
  }
  static void store_bytes(std::uint8_t* p, Bytes x) {
    _mm256_storeu_si256(reinterpret_cast<I*>(p), x);
  }
  static Bytes all_bytes(int x) { return _mm256_set1_epi8(static_cast<char>(x)); }
  static Bytes repeat_word(const std::uint32_t* p) {
    return _mm256_set1_epi32(static_cast<int>(*p));
  }
  static Bytes add_saturated(Bytes a, Bytes b) { return _mm256_adds_epu8(a, b); }
  static Bytes sub_saturated(Bytes a, Bytes b) { return _mm256_subs_epu8(a, b); }
  static Bytes min_bytes(Bytes a, Bytes b) { return _mm256_min_epu8(a, b); }
  static Bytes max_bytes(Bytes a, Bytes b) { return _mm256_max_epu8(a, b); }
};

}  // namespace
}  // namespace wattention::wormhole
