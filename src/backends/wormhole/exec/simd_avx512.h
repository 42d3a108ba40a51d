#pragma once
// The vector operations of the kernels, on AVX-512 registers. Include from a file compiled for AVX-512 only.
#ifndef __AVX512BW__
#error "compile this file with AVX-512 F, BW, DQ, VL"
#endif
#include <immintrin.h>

#include <cstdint>

namespace wattention::wormhole {
namespace {

struct Avx512 {
  using F = __m512;       // 16 floats
  using I = __m512i;      // 16 int32
  using Bytes = __m512i;  // 64 uint8
  static constexpr int lanes = 16;
  static constexpr int byte_lanes = 64;

  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F x) { _mm512_storeu_ps(p, x); }
  static F all(float x) { return _mm512_set1_ps(x); }
  static I all(std::int32_t x) { return _mm512_set1_epi32(x); }
  static F as_floats(I x) { return _mm512_castsi512_ps(x); }
  static I as_ints(F x) { return _mm512_castps_si512(x); }

  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  /// whole + floor(x), for an integer `whole` above 2^23.
  static F add_floor(F x, F whole) {
    return _mm512_add_round_ps(x, whole, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  }

  static I add(I a, I b) { return _mm512_add_epi32(a, b); }
  static I sub(I a, I b) { return _mm512_sub_epi32(a, b); }
  static I max(I a, I b) { return _mm512_max_epi32(a, b); }
  static I both(I a, I b) { return _mm512_and_si512(a, b); }
  template <int count>
  static I shift_right(I x) {
    return _mm512_srli_epi32(x, count);
  }
  static I multiply(I a, I b) { return _mm512_mullo_epi32(a, b); }
  /// Of words below 2^15: half as long.
  static I multiply_halves(I a, I b) { return _mm512_madd_epi16(a, b); }
  static I min(I a, I b) { return _mm512_min_epi32(a, b); }
  static I either(I a, I b) { return _mm512_or_si512(a, b); }
  static I differ(I a, I b) { return _mm512_xor_si512(a, b); }
  template <int count>
  static I shift_left(I x) {
    return _mm512_slli_epi32(x, count);
  }
  static I shift_left(I x, I counts) { return _mm512_sllv_epi32(x, counts); }
  static I shift_right_signed(I x, I counts) { return _mm512_srav_epi32(x, counts); }
  /// -1 for negative lanes, else 0.
  static I sign(I x) { return _mm512_srai_epi32(x, 31); }
  static F to_floats(I x) { return _mm512_cvtepi32_ps(x); }
  static I to_ints(F x) { return _mm512_cvtps_epi32(x); }
  /// x where a > b, else y.
  static I select_greater(I a, I b, I x, I y) {
    return _mm512_mask_mov_epi32(y, _mm512_cmpgt_epi32_mask(a, b), x);
  }
  static bool any_greater(I a, I b) { return _mm512_cmpgt_epi32_mask(a, b) != 0; }
  /// x where a > b, else 0.
  static F where_greater(I a, I b, F x) {
    return _mm512_maskz_mov_ps(_mm512_cmpgt_epi32_mask(a, b), x);
  }

  /// 16 bytes as the exponent fields of floats.
  static I exponent_fields(const std::uint8_t* p) {
    return _mm512_slli_epi32(
        _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))), 23);
  }
  /// 16 halves, zero extended.
  static I load_halves(const std::uint16_t* p) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  /// The upper halves of 16 words.
  static void store_upper_halves(std::uint16_t* p, I x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        _mm512_cvtepi32_epi16(_mm512_srli_epi32(x, 16)));
  }

  /// table[index] of each lane; 16 bits beyond the table are read, too.
  static I look_up(const std::uint16_t* table, I index) {
    return _mm512_and_si512(_mm512_i32gather_epi32(index, table, 2), _mm512_set1_epi32(0xffff));
  }
  static I look_up(const std::uint32_t* table, I index) {
    return _mm512_i32gather_epi32(index, table, 4);
  }
  static I load_words(const std::uint32_t* p) { return _mm512_loadu_si512(p); }
  static void store_words(std::uint32_t* p, I x) { _mm512_storeu_si512(p, x); }
  /// The lowest bytes of 16 words.
  static void store_low_bytes(std::uint8_t* p, I x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(x));
  }

  static Bytes load_bytes(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
  static void store_bytes(std::uint8_t* p, Bytes x) { _mm512_storeu_si512(p, x); }
  static Bytes all_bytes(int x) { return _mm512_set1_epi8(static_cast<char>(x)); }
  static Bytes repeat_word(const std::uint32_t* p) {
    return _mm512_set1_epi32(static_cast<int>(*p));
  }
  static Bytes add_saturated(Bytes a, Bytes b) { return _mm512_adds_epu8(a, b); }
  static Bytes sub_saturated(Bytes a, Bytes b) { return _mm512_subs_epu8(a, b); }
  static Bytes min_bytes(Bytes a, Bytes b) { return _mm512_min_epu8(a, b); }
  static Bytes max_bytes(Bytes a, Bytes b) { return _mm512_max_epu8(a, b); }
};

}  // namespace
}  // namespace wattention::wormhole
