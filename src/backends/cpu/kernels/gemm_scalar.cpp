// f32, and bf16 widened to f32, in portable C++: any processor.
#include "backends/cpu/kernels/gemm_nest.h"

namespace wattention::cpu {
namespace {

inline float as_float(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

struct F32Op {
  using Vec = float;
  static constexpr int lanes = 1, vectors = 8, k_per_word = 1, phases = 1;
  static Vec zero() { return 0.0f; }
  static Vec load(const float* p) { return *p; }
  static void store(float* p, Vec v) { *p = v; }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec broadcast(const uint32_t* p) { return as_float(*p); }
  static Vec columns(const uint32_t* b, int) { return as_float(*b); }
  static Vec multiply_add(Vec acc, Vec a, Vec b) { return acc + a * b; }
};

struct WidenedOp : F32Op {
  static constexpr int k_per_word = 2, phases = 2;
  static Vec columns(const uint32_t* b, int phase) {
    return as_float(phase == 0 ? *b << 16 : *b & 0xffff0000u);
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
