#include "backends/cpu/kernel_table.h"

namespace wattention::cpu {

#define WATTENTION_GEMM(name, ...) void name(const StripArgs&);
#define WATTENTION_VECTOR(name, isa) extern const VectorKernel name;
#define WATTENTION_ATTENTION(name, isa) extern const AttentionKernel name;
#include "backends/cpu/kernels.inc"
#undef WATTENTION_GEMM
#undef WATTENTION_VECTOR
#undef WATTENTION_ATTENTION

namespace {

#define WATTENTION_GEMM(name, isa, type, block_m, block_n, tile_m, tile_k, k_block, a_form,    \
                        arithmetic)                                                            \
  GemmKernel{#name,   Isa::isa,      GemmType::type,         block_m, block_n, tile_m, tile_k, \
             k_block, AForm::a_form, Arithmetic::arithmetic, name},
#define WATTENTION_VECTOR(name, isa)
#define WATTENTION_ATTENTION(name, isa)
constexpr GemmKernel gemm_rows[] = {
#include "backends/cpu/kernels.inc"
};
#undef WATTENTION_GEMM
#undef WATTENTION_VECTOR

#define WATTENTION_GEMM(...)
#define WATTENTION_VECTOR(name, isa) &name,
const VectorKernel* const vector_rows[] = {
#include "backends/cpu/kernels.inc"
};
#undef WATTENTION_VECTOR
#undef WATTENTION_ATTENTION

#define WATTENTION_VECTOR(name, isa)
#define WATTENTION_ATTENTION(name, isa) &name,
const AttentionKernel* const attention_rows[] = {
#include "backends/cpu/kernels.inc"
};
#undef WATTENTION_GEMM
#undef WATTENTION_VECTOR
#undef WATTENTION_ATTENTION

}  // namespace

std::span<const GemmKernel> gemm_kernels() {
  return gemm_rows;
}
std::span<const VectorKernel* const> vector_kernels() {
  return vector_rows;
}

std::span<const AttentionKernel* const> attention_kernels() {
  return attention_rows;
}

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::amx: return "amx";
    case Isa::avx512bf16: return "avx512bf16";
    case Isa::avx512: return "avx512";
    case Isa::avx2: return "avx2";
    case Isa::scalar: return "scalar";
    case Isa::softtile: return "softtile";
  }
  return "unknown";
}

std::string_view to_string(GemmType type) {
  return type == GemmType::f32 ? "f32" : "bf16";
}

}  // namespace wattention::cpu
