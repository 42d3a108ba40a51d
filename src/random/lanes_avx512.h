#pragma once
// 16 lanes in AVX-512F registers. See lanes_scalar.h for what each operation means.
#include <immintrin.h>

#include <cstdint>

namespace {

struct Lanes512 {
  static constexpr int width = 16;
  using Words = __m512i;
  using Reals = __m512;

  static Words load(const void* from) { return _mm512_loadu_si512(from); }
  static void store(void* to, Words a) { _mm512_storeu_si512(to, a); }
  static Words words(std::uint32_t value) { return _mm512_set1_epi32(static_cast<int>(value)); }
  static Reals reals(float value) { return _mm512_set1_ps(value); }

  static Words bit_and(Words a, Words b) { return _mm512_and_si512(a, b); }
  static Words bit_or(Words a, Words b) { return _mm512_or_si512(a, b); }
  static Words bit_xor(Words a, Words b) { return _mm512_xor_si512(a, b); }
  static Words plus(Words a, Words b) { return _mm512_add_epi32(a, b); }
  static Words minus(Words a, Words b) { return _mm512_sub_epi32(a, b); }
  template <int n>
  static Words up(Words a) {
    return _mm512_slli_epi32(a, n);
  }
  template <int n>
  static Words down(Words a) {
    return _mm512_srli_epi32(a, n);
  }
  template <int n>
  static Words down_signed(Words a) {
    return _mm512_srai_epi32(a, n);
  }
  static Words if_odd(Words test, Words value) { return _mm512_maskz_mov_epi32(odd(test), value); }

  static Reals add(Reals a, Reals b) { return _mm512_add_ps(a, b); }
  static Reals sub(Reals a, Reals b) { return _mm512_sub_ps(a, b); }
  static Reals mul(Reals a, Reals b) { return _mm512_mul_ps(a, b); }
  static Reals fma(Reals a, Reals b, Reals c) { return _mm512_fmadd_ps(a, b, c); }
  static Reals root(Reals a) { return _mm512_sqrt_ps(a); }
  static Reals choose_odd(Words test, Reals set, Reals clear) {
    return _mm512_mask_blend_ps(odd(test), clear, set);
  }
  static Reals replace(Reals a, Reals what, Reals with) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, what, _CMP_EQ_OQ), a, with);
  }
  static Reals to_reals(Words a) { return _mm512_cvtepi32_ps(a); }
  static Words truncate(Reals a) { return _mm512_cvttps_epi32(a); }
  static Words bits_of(Reals a) { return _mm512_castps_si512(a); }
  static Reals from_bits(Words a) { return _mm512_castsi512_ps(a); }

  // Two blocks of 16: their first halves side by side, and their second halves.
  static void load_halves(const float* blocks, Words& first, Words& second) {
    const Words a = load(blocks);
    const Words b = load(blocks + 16);
    first = _mm512_shuffle_i64x2(a, b, 0x44);
    second = _mm512_shuffle_i64x2(a, b, 0xee);
  }
  static void store_halves(float* blocks, Reals first, Reals second) {
    const Words a = bits_of(first);
    const Words b = bits_of(second);
    store(blocks, _mm512_shuffle_i64x2(a, b, 0x44));
    store(blocks + 16, _mm512_shuffle_i64x2(a, b, 0xee));
  }

 private:
  static __mmask16 odd(Words a) { return _mm512_test_epi32_mask(a, _mm512_set1_epi32(1)); }
};

}  // namespace
