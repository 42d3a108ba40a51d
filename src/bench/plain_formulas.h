#pragma once
// The textbook's loops in one precision: products and sums one after the other in f32, exp of the C library, every
// result rounded to `dtype` (f32 or bf16). Tensors are matrices of f32.
#include <wattention/tensor.h>

#include <cstdint>
#include <functional>

namespace wattention::plain {

/// Values that `dtype` has, as f32.
Tensor rounded(const Tensor& tensor, DType dtype);

/// a [M, K] x b^T, b [N, K] -> [M, N]; plus bias [N] where it is defined.
Tensor product(const Tensor& a, const Tensor& b, DType dtype, const Tensor& bias = {});

Tensor transposed(const Tensor& tensor);

/// Of scores / divisor by rows; of row i the first seen(i) columns, and 0 for the rest.
Tensor softmax(const Tensor& scores, float divisor, DType dtype,
               const std::function<std::int64_t(std::int64_t)>& seen);

}  // namespace wattention::plain
