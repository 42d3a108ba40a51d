#pragma once
// The fused forward of one-headed attention on the GPU: one product for all projections, and then cuDNN's attention
// where it is there and the head is one of its; else for each block of query rows the scores in f32, their softmax, and
// its product with the values. Memory grows with tokens, not with their square.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/cuda/memory.h"
#include "backends/cuda/products.h"
#include "backends/cuda/sdpa.h"

namespace wattention::cuda {

/// Multiply-adds of one forward, as given and with folded projections; the scores then are x (Wq^T Wk) x^T.
struct ForwardCost {
  double plain, folded;
};
ForwardCost cost_of(std::int64_t tokens, std::int64_t embed_dim, std::int64_t head_dim);

struct ForwardSizes {
  std::int64_t batch, tokens, embed_dim, head_dim;
  friend bool operator==(const ForwardSizes&, const ForwardSizes&) = default;
};

/// Weights on the GPU, one below the other, in `dtype`: [query; key; value] or, folded, [(Wq^T Wk)^T; value].
struct ForwardWeights {
  CUdeviceptr all;
  DType dtype;
  bool folded;
};

class Forward {
 public:
  Forward(std::shared_ptr<Gpu> gpu, Products& products, SdpaPlans& sdpa,
          const ForwardWeights& weights, const ForwardSizes& sizes);

  const ForwardSizes& sizes() const { return sizes_; }
  /// Queues x [batch, tokens, embed_dim] -> context [batch, tokens, head_dim], both in the weights' dtype.
  void run(CUdeviceptr x, CUdeviceptr context);
  /// "kernel" first: whose kernels; then of each product the name and cuBLAS's algorithm.
  std::vector<std::pair<std::string, std::string>> algorithms() const;

 private:
  // Some matrices of the batch, or some rows of one.
  struct Block {
    std::int64_t first_matrix, matrices, first_row, rows;
  };
  void prepare_blocks();
  SdpaShape whole() const;
  void attend(const Block& block, CUdeviceptr x, CUdeviceptr context);
  ProductShape projection() const;
  ProductShape scores(std::int64_t matrices, std::int64_t rows) const;
  ProductShape values(std::int64_t matrices, std::int64_t rows) const;
  CUdeviceptr projected(std::int64_t matrix, std::int64_t row, std::int64_t column) const;

  std::shared_ptr<Gpu> gpu_;
  Products& products_;
  ForwardWeights weights_;
  ForwardSizes sizes_;
  std::int64_t width_;  // of a projected row: query, key, value
  float scale_;
  Sdpa* sdpa_ = nullptr;
  std::int64_t block_rows_ = 0, block_matrices_ = 0;
  DeviceMemory projected_, scores_, softmax_;
};

}  // namespace wattention::cuda
