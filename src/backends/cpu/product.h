#pragma once
// Whole products of plain matrices: pack B, then multiply, on several threads.
#include "backends/cpu/buffer.h"
#include "backends/cpu/gemm.h"

namespace wattention::cpu {

/// out [m, b.n] = a [m, b.k] times b, all in the engine's type.
struct Product {
  Rows a;
  std::int64_t m;
  PlainB b;
  std::byte* out;
  std::int64_t out_row_bytes;
};

/// `workspace` grows as needed.
void multiply_matrices(const Engine& engine, const Product& product, Buffer& workspace,
                       int threads);

/// As many products of one size; the bytes lead from one product's operands to the next's.
struct Batch {
  std::int64_t count;
  std::int64_t a_bytes, b_bytes, out_bytes;
};
void multiply_batch(const Engine& engine, const Product& first, const Batch& batch,
                    Buffer& workspace, int threads);

}  // namespace wattention::cpu
