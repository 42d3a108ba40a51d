// f32, and bf16 widened to f32, on AVX2 with FMA.
#include "backends/cpu/kernels/avx2_op.h"
#include "backends/cpu/kernels/gemm_nest.h"

namespace wattention::cpu {
namespace {

struct F32Op : Avx2Lanes {
  static constexpr int vectors = 2, k_per_word = 1, phases = 1;
  /// The loop itself then takes 0.75 of 20.75 instructions. A core whose front end serves another thread, too, takes 3
  /// in a cycle, and 12 multiply-adds 6 cycles.
  static constexpr int turn = 4;
  static constexpr bool every_strip_fetches = false;
  static Vec zero() { return _mm256_setzero_ps(); }
  static Vec broadcast(const uint32_t* p) {
    return _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(*p)));
  }
  static Vec columns(const uint32_t* b, int) {
    return _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
  }
  // Into the sum: compilers that choose another operand run out of registers, and copy.
  static Vec multiply_add(Vec acc, Vec a, Vec b) {
    __asm__("vfmadd231ps %2, %1, %0" : "+x"(acc) : "x"(a), "x"(b));
    return acc;
  }
};

// The even k is one shift away from an f32, the odd k two: a mask would need a 17th register.
struct WidenedOp : F32Op {
  static constexpr int k_per_word = 2, phases = 2, turn = 2;  // 4 k, as above
  static Vec columns(const uint32_t* b, int phase) {
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
    const __m256i halves = phase == 0 ? words : _mm256_srli_epi32(words, 16);
    return _mm256_castsi256_ps(_mm256_slli_epi32(halves, 16));
  }
};

}  // namespace

void gemm_f32_6x16x1_avx2(const StripArgs& s) {
  run_strip<F32Op, 6>(s);
}
void gemm_bf16_6x16x2_avx2(const StripArgs& s) {
  run_strip<WidenedOp, 6>(s);
}

}  // namespace wattention::cpu
