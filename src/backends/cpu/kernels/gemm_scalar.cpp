// f32, and bf16 widened to f32, in portable C++: any processor.
#include "backends/cpu/kernels/gemm_nest.h"

namespace wattention::cpu {
namespace {

// Four lanes as the compilers' portable vectors: SSE on any x86-64, NEON on any ARM, else four floats.
typedef float Four __attribute__((vector_size(16)));
typedef uint32_t FourWords __attribute__((vector_size(16)));

struct F32Op {
  using Vec = Four;
  static constexpr int lanes = 4, vectors = 2, k_per_word = 1, phases = 1, turn = 1;
  static constexpr bool every_strip_fetches = true;
  static Vec zero() { return Vec{}; }
  static Vec load(const float* p) {
    Vec v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static void store(float* p, Vec v) { __builtin_memcpy(p, &v, sizeof v); }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec broadcast(const uint32_t* p) {
    float x;
    __builtin_memcpy(&x, p, sizeof x);
    return Vec{x, x, x, x};
  }
  static Vec columns(const uint32_t* b, int) { return load(reinterpret_cast<const float*>(b)); }
  static Vec multiply_add(Vec acc, Vec a, Vec b) { return acc + a * b; }
};

struct WidenedOp : F32Op {
  static constexpr int k_per_word = 2, phases = 2;
  static Vec columns(const uint32_t* b, int phase) {
    FourWords words;
    __builtin_memcpy(&words, b, sizeof words);
    words = phase == 0 ? words << 16 : words & 0xffff0000u;
    return reinterpret_cast<Vec>(words);
  }
};

}  // namespace

void gemm_f32_4x8x1_scalar(const StripArgs& s) {
  run_strip<F32Op, 4>(s);
}
void gemm_bf16_4x8x2_scalar(const StripArgs& s) {
  run_strip<WidenedOp, 4>(s);
}

}  // namespace wattention::cpu
