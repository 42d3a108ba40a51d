#include "bench/plain_formulas.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/interrupt.h"

namespace wattention::plain {
namespace {

float dot(const float* a, const float* b, std::int64_t count) {
  float sum = 0;
  for (std::int64_t k = 0; k < count; ++k) sum += a[k] * b[k];
  return sum;
}

void softmax_row(std::span<float> row) {
  const float largest = *std::ranges::max_element(row);
  float sum = 0;
  for (float& value : row) sum += value = std::exp(value - largest);
  for (float& value : row) value /= sum;
}

}  // namespace

Tensor rounded(const Tensor& tensor, DType dtype) {
  return tensor.to(dtype).to(DType::f32);
}

Tensor product(const Tensor& a, const Tensor& b, DType dtype, const Tensor& bias) {
  const std::int64_t inner = a.size(1);
  const float *left = a.values<float>().data(), *right = b.values<float>().data();
  const float* add = bias.defined() ? bias.values<float>().data() : nullptr;
  Tensor out = Tensor::empty({a.size(0), b.size(0)});
  float* next = out.mutable_values<float>().data();
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    interruption_point();
    for (std::int64_t j = 0; j < b.size(0); ++j) {
      const float sum = dot(left + i * inner, right + j * inner, inner);
      *next++ = add ? sum + add[j] : sum;
    }
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

Tensor softmax(const Tensor& scores, float divisor, DType dtype,
               const std::function<std::int64_t(std::int64_t)>& seen) {
  Tensor scaled = scores.clone();
  for (float& value : scaled.mutable_values<float>()) value /= divisor;
  Tensor weights = rounded(scaled, dtype).clone();
  const auto width = static_cast<std::size_t>(scores.size(1));
  for (std::int64_t i = 0; i < scores.size(0); ++i) {
    const std::span<float> row =
        weights.mutable_values<float>().subspan(static_cast<std::size_t>(i) * width, width);
    const auto count = static_cast<std::size_t>(seen(i));
    softmax_row(row.first(count));
    std::ranges::fill(row.subspan(count), 0.0f);
  }
  return rounded(weights, dtype);
}

}  // namespace wattention::plain
