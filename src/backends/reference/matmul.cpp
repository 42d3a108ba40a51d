#include <cmath>

#include "backends/reference/loops.h"
#include "base/interrupt.h"
#include "base/threads.h"

namespace wattention::reference {
namespace {

// Neumaier's sum: the low part of every addition is kept and added at the end.
struct CompensatedSum {
  double sum = 0.0;
  double low = 0.0;

  void add(double term) {
    const double next = sum + term;
    low += std::fabs(sum) >= std::fabs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  // Once the sum is infinite or NaN its low part is meaningless.
  double value() const { return std::isfinite(sum) ? sum + low : sum; }
};

double dot(const double* a, const double* b, std::int64_t b_stride, std::int64_t inner) {
  CompensatedSum sum;
  for (std::int64_t k = 0; k < inner; ++k) sum.add(a[k] * b[k * b_stride]);
  return sum.value();
}

void one_row(const MatmulShape& shape, const double* a_row, const double* b, double* out_row) {
  for (std::int64_t col = 0; col < shape.cols; ++col) {
    out_row[col] = shape.transpose_b ? dot(a_row, b + col * shape.inner, 1, shape.inner)
                                     : dot(a_row, b + col, shape.cols, shape.inner);
  }
}

}  // namespace

void matmul(const MatmulShape& shape, const double* a, const double* b, double* out, int threads) {
  constexpr double least_multiply_adds = 1e4;  // about 15 us, several times a fork and join
  const std::int64_t all_rows = shape.batch * shape.rows;
  threads =
      useful_threads(static_cast<double>(all_rows * shape.inner) * static_cast<double>(shape.cols),
                     least_multiply_adds, threads);
  parallel(threads, [&](int thread) {
    const Share share = share_of(all_rows, thread, threads);
    for (std::int64_t row = share.begin; row < share.end; ++row) {
      interruption_point();
      const std::int64_t batch = shape.b_is_batched ? row / shape.rows : 0;
      one_row(shape, a + row * shape.inner, b + batch * shape.inner * shape.cols,
              out + row * shape.cols);
    }
  });
}

}  // namespace wattention::reference
