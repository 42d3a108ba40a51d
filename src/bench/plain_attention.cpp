#include "bench/plain_attention.h"

#include <algorithm>
#include <cmath>

#include "base/interrupt.h"

namespace wattention {
namespace {

Tensor rounded(const Tensor& tensor, DType dtype) {
  return tensor.to(dtype).to(DType::f32);
}

float dot(const float* a, const float* b, std::int64_t count) {
  float sum = 0;
  for (std::int64_t k = 0; k < count; ++k) sum += a[k] * b[k];
  return sum;
}

// a [M, K] x b^T, b [N, K] -> [M, N].
Tensor product(const Tensor& a, const Tensor& b, DType dtype) {
  const std::int64_t inner = a.size(1);
  const float *left = a.values<float>().data(), *right = b.values<float>().data();
  Tensor out = Tensor::empty({a.size(0), b.size(0)});
  float* next = out.mutable_values<float>().data();
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    interruption_point();
    for (std::int64_t j = 0; j < b.size(0); ++j)
      *next++ = dot(left + i * inner, right + j * inner, inner);
  }
  return rounded(out, dtype);
}

Tensor transposed(const Tensor& tensor) {
  const std::int64_t rows = tensor.size(0), cols = tensor.size(1);
  Tensor out = Tensor::empty({cols, rows});
  const float* in = tensor.values<float>().data();
  float* next = out.mutable_values<float>().data();
  for (std::int64_t j = 0; j < cols; ++j)
    for (std::int64_t i = 0; i < rows; ++i) *next++ = in[i * cols + j];
  return out;
}

void softmax_row(std::span<float> row) {
  const float largest = *std::ranges::max_element(row);
  float sum = 0;
  for (float& value : row) sum += value = std::exp(value - largest);
  for (float& value : row) value /= sum;
}

Tensor plain_softmax(const Tensor& scores, float root_head_dim, DType dtype) {
  Tensor scaled = scores.clone();
  for (float& value : scaled.mutable_values<float>()) value /= root_head_dim;
  Tensor weights = rounded(scaled, dtype).clone();
  const auto row = static_cast<std::size_t>(scores.size(1));
  for (std::size_t start = 0; start < static_cast<std::size_t>(scores.numel()); start += row)
    softmax_row(weights.mutable_values<float>().subspan(start, row));
  return rounded(weights, dtype);
}

}  // namespace

AttentionStages plain_attention(const AttentionOperands& operands, DType dtype) {
  const Tensor tokens = rounded(operands.tokens, dtype);
  AttentionStages stages;
  stages.query = product(tokens, rounded(operands.query, dtype), dtype);
  stages.key = product(tokens, rounded(operands.key, dtype), dtype);
  stages.value = product(tokens, rounded(operands.value, dtype), dtype);
  stages.scores = product(stages.query, stages.key, dtype);
  const auto head_dim = static_cast<double>(operands.query.size(0));
  stages.weights = plain_softmax(stages.scores, static_cast<float>(std::sqrt(head_dim)), dtype);
  stages.context = product(stages.weights, transposed(stages.value), dtype);
  return stages;
}

}  // namespace wattention
