#pragma once
// A few rows times weights [out, in], a decoded token's products: the weights are read once, as they lie. Packing them
// would move three times as many bytes.
#include "backends/cpu/attention_kernel.h"
#include "backends/cpu/product.h"

namespace wattention::cpu {

/// They go in passes of four over a block of weights; with more of them packing pays. On Emerald Rapids, of
/// [4096, 4096], one row is 15 times as fast as packed, and eight 4 times.
inline constexpr std::int64_t few_product_rows = 16;

/// out = a times B, which lies by columns, for 1 to few_product_rows rows: by the kernel's dot products. An element's
/// bits depend on its own row, its column and K alone; they are not those of multiply_matrices.
void multiply_few(const AttentionKernel& kernel, Element element, const Product& product,
                  Buffer& workspace, int threads);

}  // namespace wattention::cpu
