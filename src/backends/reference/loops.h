#pragma once
// The formulas, on contiguous row-major doubles.
#include <cstdint>
#include <functional>
#include <span>

namespace wattention::reference {

struct MatmulShape {
  std::int64_t batch, rows, inner, cols;  ///< [batch, rows, inner] x [batch or 1, inner, cols]
  bool b_is_batched;
  bool transpose_b;  ///< b is [cols, inner]
};

/// Each element one dot product, summed with Neumaier's compensation: the error of one rounding,
/// not of K.
void matmul(const MatmulShape& shape, const double* a, const double* b, double* out, int threads);

/// Over the middle axis of [outer, length, inner]; the maximum is subtracted.
void softmax(std::int64_t outer, std::int64_t length, std::int64_t inner, const double* input,
             double* out);

/// out[i] = f(a[i], b[i]).
void combine(std::span<const double> a, std::span<const double> b,
             const std::function<double(double, double)>& f, std::span<double> out);

/// out[permuted index] = input[index]; `sizes` are the input's.
void permute(std::span<const std::int64_t> sizes, std::span<const int> dims, const double* input,
             double* out);

}  // namespace wattention::reference
