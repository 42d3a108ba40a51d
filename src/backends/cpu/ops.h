#pragma once
// The plain ops on host tensors. Ops have checked shapes and dtypes; values follow IEEE: NaN and infinities
// propagate as in the textbook loops.
#include <wattention/op_options.h>
#include <wattention/tensor.h>

#include <span>

#include "backends/cpu/buffer.h"
#include "backends/cpu/pack.h"

namespace wattention::cpu {

/// [..., M, K] x [..., K, N] or [K, N] (last two swapped with transpose_b) -> [..., M, N].
Tensor matmul(const Engine& engine, const Tensor& a, const Tensor& b, bool transpose_b,
              Buffer& workspace, int threads);

/// exp(x - max) / sum along one dimension, in f32, rounded once to the input's dtype.
Tensor softmax(const VectorKernel& vector, const Tensor& input, int dim, int threads);

enum class Binary { add, subtract, multiply, divide };

/// Computed in f32, rounded once to the tensors' dtype.
Tensor elementwise(Binary op, const Tensor& a, const Tensor& b, int threads);
Tensor elementwise(Binary op, const Tensor& input, float scalar, int threads);

Tensor permute(const Tensor& input, std::span<const int> dims, int threads);

}  // namespace wattention::cpu
