#pragma once
// Obviously correct formulas on vectors of double, and inputs to feed them: what devices are held against.
#include <wattention/tensor.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace wattention::testing {

using Values = std::vector<double>;

inline Values values_of(const Tensor& host) {
  const Tensor wide = host.to(DType::f64);
  const auto span = wide.values<double>();
  return {span.begin(), span.end()};
}

// [rows, inner] x [inner, cols], in long double: no rounding that matters.
inline Values matmul(const Values& a, const Values& b, std::int64_t rows, std::int64_t inner,
                     std::int64_t cols) {
  Values out;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      long double sum = 0;
      for (std::int64_t k = 0; k < inner; ++k)
        sum += static_cast<long double>(a[row * inner + k]) * b[k * cols + col];
      out.push_back(static_cast<double>(sum));
    }
  }
  return out;
}

inline Values transpose(const Values& input, std::int64_t rows, std::int64_t cols) {
  Values out(input.size());
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t col = 0; col < cols; ++col) out[col * rows + row] = input[row * cols + col];
  return out;
}

inline Values softmax_rows(const Values& input, std::int64_t rows, std::int64_t cols) {
  Values out(input.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    long double maximum = -INFINITY, sum = 0;
    for (std::int64_t col = 0; col < cols; ++col)
      maximum = std::max<long double>(maximum, input[row * cols + col]);
    for (std::int64_t col = 0; col < cols; ++col)
      sum += std::exp(input[row * cols + col] - maximum);
    for (std::int64_t col = 0; col < cols; ++col)
      out[row * cols + col] =
          static_cast<double>(std::exp(input[row * cols + col] - maximum) / sum);
  }
  return out;
}

// Uniform in [-1, 1), from a generator of its own so that no test depends on the one under test.
inline Tensor uniform_tensor(const Shape& shape, std::uint64_t seed, float scale = 1.0f) {
  Tensor tensor = Tensor::empty(shape);
  std::uint64_t state = seed * 2862933555777941757u + 3037000493u;
  for (float& value : tensor.mutable_values<float>()) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = scale * (static_cast<float>(state >> 40) / 8388608.0f - 1.0f);
  }
  return tensor;
}

inline double largest_difference(const Values& a, const Values& b) {
  double largest = a.size() == b.size() ? 0.0 : INFINITY;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    largest =
        std::isnan(a[i]) || std::isnan(b[i]) ? INFINITY : std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

}  // namespace wattention::testing
