// f32, and bf16 widened to f32, on AVX-512.
#include "backends/cpu/kernels/avx512_op.h"
#include "backends/cpu/kernels/gemm_nest.h"

namespace wattention::cpu {
namespace {

struct F32Op : Avx512Base {
  static constexpr int k_per_word = 1, phases = 1;
  static Vec columns(const uint32_t* b, int) { return _mm512_loadu_ps(b); }
  static Vec multiply_add(Vec acc, Vec a, Vec b) { return _mm512_fmadd_ps(a, b, acc); }
};

// The even k is the low half of a word: a shift makes it an f32; the odd k only needs the low half cleared.
struct WidenedOp : F32Op {
  static constexpr int k_per_word = 2, phases = 2;
  static Vec columns(const uint32_t* b, int phase) {
    const __m512i words = _mm512_loadu_si512(b);
    return _mm512_castsi512_ps(phase == 0 ? _mm512_slli_epi32(words, 16)
                                          : _mm512_and_si512(words, _mm512_set1_epi32(-0x10000)));
  }
};

}  // namespace

void gemm_f32_14x32x1_avx512(const StripArgs& s) {
  run_strip<F32Op, 14>(s);
}
void gemm_bf16_14x32x2_avx512(const StripArgs& s) {
  run_strip<WidenedOp, 14>(s);
}

}  // namespace wattention::cpu
