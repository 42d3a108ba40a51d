#include <cmath>

#include "backends/reference/families.h"
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

// [batch, rows, inner] x [batch or 1, inner, cols]; transposed: b is [cols, inner].
struct Sizes {
  std::int64_t batch, rows, inner, cols;
  bool b_is_batched, transposed;

  explicit Sizes(const OpCall& call)
      : rows(call.a().size(-2)),
        inner(call.a().size(-1)),
        cols(call.shape[-1]),
        b_is_batched(call.b().numel() > call.b().size(-1) * call.b().size(-2)),
        transposed(call.attributes.transpose_b.value_or(false)) {
    batch = call.a().numel() / (rows * inner);
  }
};

void one_row(const Sizes& sizes, const double* a_row, const double* b, double* out_row) {
  for (std::int64_t col = 0; col < sizes.cols; ++col) {
    out_row[col] = sizes.transposed ? dot(a_row, b + col * sizes.inner, 1, sizes.inner)
                                    : dot(a_row, b + col, sizes.cols, sizes.inner);
  }
}

void add_bias(const OpCall& call, double* row) {
  if (call.third() == nullptr) return;
  const double* bias = values(*call.third());
  for (std::int64_t col = 0; col < call.shape[-1]; ++col) row[col] += bias[col];
}

}  // namespace

void product(const OpCall& call, double* out, int threads) {
  const Sizes sizes(call);
  const double *a = values(call.a()), *b = values(call.b());
  constexpr double least_multiply_adds = 1e4;  // about 15 us, several times a fork and join
  const std::int64_t all_rows = sizes.batch * sizes.rows;
  threads =
      useful_threads(static_cast<double>(all_rows * sizes.inner) * static_cast<double>(sizes.cols),
                     least_multiply_adds, threads);
  parallel(threads, [&](int thread) {
    const Share share = share_of(all_rows, thread, threads);
    for (std::int64_t row = share.begin; row < share.end; ++row) {
      interruption_point();
      const std::int64_t batch = sizes.b_is_batched ? row / sizes.rows : 0;
      one_row(sizes, a + row * sizes.inner, b + batch * sizes.inner * sizes.cols,
              out + row * sizes.cols);
      add_bias(call, out + row * sizes.cols);
    }
  });
}

}  // namespace wattention::reference
