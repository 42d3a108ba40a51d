#include <algorithm>
#include <vector>

#include "backends/cpu/ops.h"
#include "backends/cpu/product.h"
#include "backends/cpu/product_few.h"
#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

Shape with_last(const Shape& shape, std::int64_t last) {
  const auto others = shape.sizes().first(shape.sizes().size() - 1);
  std::vector<std::int64_t> sizes(others.begin(), others.end());
  sizes.push_back(last);
  return Shape(std::span<const std::int64_t>(sizes));
}

}  // namespace

bool are_few_rows(const Tensor& a, const Tensor& b, bool transpose_b) {
  const std::int64_t rows = a.numel() / std::max<std::int64_t>(a.size(-1), 1);
  const bool one_b = b.numel() == b.size(-1) * b.size(-2);
  return transpose_b && one_b && rows >= 1 && rows <= few_product_rows;
}

Tensor matmul(const Engine& engine, const AttentionKernel* dots, const Tensor& a, const Tensor& b,
              bool transpose_b, Buffer& workspace, int threads) {
  const std::int64_t element = element_bytes(engine.gemm->type), k = a.size(-1);
  const std::int64_t n = transpose_b ? b.size(-2) : b.size(-1);
  // One matrix for all batches is one product of all rows.
  const bool one_b = b.numel() == k * n;
  const std::int64_t m = one_b ? a.numel() / k : a.size(-2);
  const std::int64_t batches = a.numel() / (m * k);
  Tensor out = Tensor::empty(with_last(a.shape(), n), a.dtype());
  const Rows b_rows{b.storage()->host_bytes(), (transpose_b ? k : n) * element};
  const Product first{{a.storage()->host_bytes(), k * element},
                      m,
                      {b_rows, k, n, transpose_b},
                      out.storage()->host_bytes(),
                      n * element};
  if (dots != nullptr) {
    const Element type = engine.gemm->type == GemmType::f32 ? Element::f32 : Element::bf16;
    multiply_few(*dots, type, first, workspace, threads);
    return out;
  }
  multiply_batch(engine, first, {batches, m * k * element, n * k * element, m * n * element},
                 workspace, threads);
  return out;
}

}  // namespace wattention::cpu
