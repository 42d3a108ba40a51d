#pragma once
// Matrix products on the GPU, by cuBLASLt. Operands are row major; sums are f32, in the same order each time.
#include <wattention/dtype.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/cuda/blas_library.h"
#include "backends/cuda/gpu.h"

namespace wattention::cuda {

/// out[b] [m, n] = a[b] [m, k] x (transpose_b: b[b]^T of [n, k]; else b[b] [k, n]), for b below batch. Steps are
/// elements from a row to the next, strides from a matrix to the next (0: the same for all).
struct ProductShape {
  DType in = DType::f32, out = DType::f32;
  bool transpose_b = false;
  std::int64_t m = 0, n = 0, k = 0, batch = 1;
  std::int64_t a_step = 0, b_step = 0, out_step = 0;
  std::int64_t a_stride = 0, b_stride = 0, out_stride = 0;
  friend bool operator==(const ProductShape&, const ProductShape&) = default;
};

struct ProductOperands {
  CUdeviceptr a, b, out;
  float scale = 1;  ///< of the product
};

class Products {
 public:
  /// Throws Error{absent} where cuBLAS is not there.
  explicit Products(std::shared_ptr<Gpu> gpu);
  ~Products();
  Products(const Products&) = delete;
  Products& operator=(const Products&) = delete;

  /// Queues a product. Its algorithm is cuBLAS's first choice, or the one that tune() found for the shape.
  void run(const ProductShape& shape, const ProductOperands& operands);

  /// One algorithm that tune() looked at.
  struct Trial {
    std::string algorithm;
    float time_ms;
    bool same_bits;  ///< as cuBLAS's first choice
  };
  /// Times the algorithms that sum in one piece and give the same bits as the first choice, and keeps the fastest for
  /// this shape. Takes some milliseconds; nothing when it was done before.
  std::vector<Trial> tune(const ProductShape& shape);

  /// Of the shape's algorithm: "tile 128x192, 2x1 cluster, ...", for reports.
  std::string chosen(const ProductShape& shape);

 private:
  struct Plan;
  Plan& plan_for(const ProductShape& shape);
  cublasStatus_t queue(const Plan& plan, std::size_t candidate, const ProductOperands& operands);

  std::shared_ptr<Gpu> gpu_;
  const BlasCalls& blas_;
  cublasLtHandle_t handle_ = nullptr;
  CUdeviceptr workspace_ = 0;
  std::vector<std::pair<ProductShape, std::unique_ptr<Plan>>> plans_;  // few: a device's shapes
};

}  // namespace wattention::cuda
