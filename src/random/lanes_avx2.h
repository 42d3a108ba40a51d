#pragma once
// 8 lanes in AVX2 registers. See lanes_scalar.h for what each operation means.
#include <immintrin.h>

#include <cstdint>

namespace {

struct Lanes256 {
  static constexpr int width = 8;
  using Words = __m256i;
  using Reals = __m256;

  static Words load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  static void store(void* to, Words a) { _mm256_storeu_si256(static_cast<__m256i*>(to), a); }
  static Words words(std::uint32_t value) { return _mm256_set1_epi32(static_cast<int>(value)); }
  static Reals reals(float value) { return _mm256_set1_ps(value); }

  static Words bit_and(Words a, Words b) { return _mm256_and_si256(a, b); }
  static Words bit_or(Words a, Words b) { return _mm256_or_si256(a, b); }
  static Words bit_xor(Words a, Words b) { return _mm256_xor_si256(a, b); }
  static Words plus(Words a, Words b) { return _mm256_add_epi32(a, b); }
  static Words minus(Words a, Words b) { return _mm256_sub_epi32(a, b); }
  template <int n>
  static Words up(Words a) {
    return _mm256_slli_epi32(a, n);
  }
  template <int n>
  static Words down(Words a) {
    return _mm256_srli_epi32(a, n);
  }
  template <int n>
  static Words down_signed(Words a) {
    return _mm256_srai_epi32(a, n);
  }
  static Words if_odd(Words test, Words value) {
    return bit_and(down_signed<31>(up<31>(test)), value);
  }

  static Reals add(Reals a, Reals b) { return _mm256_add_ps(a, b); }
  static Reals sub(Reals a, Reals b) { return _mm256_sub_ps(a, b); }
  static Reals mul(Reals a, Reals b) { return _mm256_mul_ps(a, b); }
  static Reals fma(Reals a, Reals b, Reals c) { return _mm256_fmadd_ps(a, b, c); }
  static Reals root(Reals a) { return _mm256_sqrt_ps(a); }
  static Reals choose_odd(Words test, Reals set, Reals clear) {
    return _mm256_blendv_ps(clear, set, from_bits(up<31>(test)));
  }
  static Reals replace(Reals a, Reals what, Reals with) {
    return _mm256_blendv_ps(a, with, _mm256_cmp_ps(a, what, _CMP_EQ_OQ));
  }
  static Reals to_reals(Words a) { return _mm256_cvtepi32_ps(a); }
  static Words truncate(Reals a) { return _mm256_cvttps_epi32(a); }
  static Words bits_of(Reals a) { return _mm256_castps_si256(a); }
  static Reals from_bits(Words a) { return _mm256_castsi256_ps(a); }

  static void load_halves(const float* block, Words& first, Words& second) {
    first = load(block);
    second = load(block + 8);
  }
  static void store_halves(float* block, Reals first, Reals second) {
    store(block, bits_of(first));
    store(block + 8, bits_of(second));
  }
};

}  // namespace
