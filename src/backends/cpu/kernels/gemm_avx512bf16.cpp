// bf16 pairs through VDPBF16PS.
#include "backends/cpu/kernels/avx512_op.h"
#include "backends/cpu/kernels/gemm_nest.h"
#if !defined(__AVX512BF16__)
#error "compile this file with -mavx512bf16"
#endif

namespace wattention::cpu {
namespace {

struct PairsOp : Avx512Base {
  static constexpr int k_per_word = 2, phases = 1;
  static Vec columns(const uint32_t* b, int) { return _mm512_loadu_ps(b); }
  static Vec multiply_add(Vec acc, Vec a, Vec b) {
    return _mm512_dpbf16_ps(acc, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
};

}  // namespace

void gemm_bf16_14x32x2_avx512bf16(const StripArgs& s) {
  run_strip<PairsOp, 14>(s);
}

}  // namespace wattention::cpu
