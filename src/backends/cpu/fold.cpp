#include "backends/cpu/fold.h"

#include "backends/cpu/product.h"
#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

// [rows, cols] -> [cols, rows], in squares of 32 that stay in L1.
template <class Word>
void transpose(const Word* in, std::int64_t rows, std::int64_t cols, Word* out) {
  constexpr std::int64_t square = 32;
  for (std::int64_t r0 = 0; r0 < rows; r0 += square)
    for (std::int64_t c0 = 0; c0 < cols; c0 += square)
      for (std::int64_t c = c0; c < cols && c < c0 + square; ++c)
        for (std::int64_t r = r0; r < rows && r < r0 + square; ++r)
          out[c * rows + r] = in[r * cols + c];
}

Tensor transposed(const Tensor& weight) {
  Tensor out = Tensor::empty({weight.size(1), weight.size(0)}, weight.dtype());
  const std::byte* from = weight.storage()->host_bytes();
  std::byte* to = out.storage()->host_bytes();
  if (weight.dtype() == DType::f32) {
    transpose(reinterpret_cast<const std::uint32_t*>(from), weight.size(0), weight.size(1),
              reinterpret_cast<std::uint32_t*>(to));
  } else {
    transpose(reinterpret_cast<const std::uint16_t*>(from), weight.size(0), weight.size(1),
              reinterpret_cast<std::uint16_t*>(to));
  }
  return out;
}

}  // namespace

Tensor fold_weights(const Engine& engine, const Tensor& query_weight, const Tensor& key_weight,
                    int threads) {
  const std::int64_t head_dim = query_weight.size(0), embed_dim = query_weight.size(1);
  const std::int64_t element = element_bytes(engine.gemm->type);
  const Tensor key_columns = transposed(key_weight);
  Tensor folded = Tensor::empty({embed_dim, embed_dim}, query_weight.dtype());
  Buffer workspace;
  multiply_matrices(
      engine,
      {{key_columns.storage()->host_bytes(), head_dim * element},
       embed_dim,
       {{query_weight.storage()->host_bytes(), embed_dim * element}, head_dim, embed_dim, false},
       folded.storage()->host_bytes(),
       embed_dim * element},
      workspace, threads);
  return folded;
}

}  // namespace wattention::cpu
