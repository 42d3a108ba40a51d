#pragma once
// A whole product of two plain matrices: packs B, then multiplies, on several threads.
#include "backends/cpu/buffer.h"
#include "backends/cpu/gemm.h"

namespace wattention::cpu {

/// out [m, n] = a [m, b.k] times b, all in the engine's type. `workspace` grows as needed.
void multiply_matrices(const Engine& engine, const Rows& a, std::int64_t m, const PlainB& b,
                       std::byte* out, std::int64_t out_row_bytes, Buffer& workspace, int threads);

}  // namespace wattention::cpu
