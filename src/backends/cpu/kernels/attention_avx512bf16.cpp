// Attention on pairs of bf16 through VDPBF16PS.
#include "backends/cpu/kernels/attention_avx512_op.h"
#if !defined(__AVX512BF16__)
#error "compile this file with -mavx512bf16"
#endif

namespace wattention::cpu {
namespace {

struct PairsAttention : Avx512Attention {
  static constexpr bool pairs = true;
  // Not measured where VDPBF16PS is fast.
  static constexpr int pair_rows = 0;
  static constexpr bool broadcasts_in_place = false;
  static Vec multiply_add_words(Vec a, Vec b, Vec c) {
    return _mm512_dpbf16_ps(c, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
  // Two keys' weights in a word.
  static void store_pair(float* at, Vec even, Vec odd) {
    const __m512i low = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(even)));
    const __m512i high = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(odd)));
    _mm512_storeu_si512(at, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
};

}  // namespace

extern const AttentionKernel attention_avx512bf16 =
    attention_of<PairsAttention, Avx512Attention>("attention_avx512bf16", Isa::avx512bf16);

}  // namespace wattention::cpu
