#pragma once
// The rows of kernels.inc as data.
#include <span>
#include <string_view>

#include "backends/cpu/attention_kernel.h"

namespace wattention::cpu {

/// Fastest first within a type.
std::span<const GemmKernel> gemm_kernels();
std::span<const VectorKernel* const> vector_kernels();
std::span<const AttentionKernel* const> attention_kernels();

/// "amx", "avx512bf16", "avx512", "avx2", "scalar", "softtile".
std::string_view to_string(Isa isa);
/// "f32", "bf16".
std::string_view to_string(GemmType type);

}  // namespace wattention::cpu
