#include "bench/error_metrics.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "tensor/error_sums.h"
#include "tensor/number_format.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

std::size_t ulp_class(double error, double exact, DType dtype) {
  const double ulps = error / unit_in_last_place(exact, dtype);
  return static_cast<std::size_t>(std::ranges::lower_bound(ulp_classes, ulps) -
                                  ulp_classes.begin());
}

double largest_magnitude(std::span<const double> row) {
  double largest = 0;
  for (const double value : row) largest = std::max(largest, std::fabs(value));
  return largest;
}

void measure_row(std::span<const double> values, std::span<const double> exact, DType ulp_of,
                 ErrorMetrics& metrics) {
  const double scale = largest_magnitude(exact);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    if (!std::isfinite(values[i]) && std::isfinite(exact[i])) continue;
    const double error = values[i] == exact[i] ? 0 : std::fabs(values[i] - exact[i]);
    if (error > 0) metrics.max_relative = std::max(metrics.max_relative, error / scale);
    ++metrics.ulp_histogram[ulp_class(error, exact[i], ulp_of)];
  }
}

// The values of as many whole rows as reach min_width.
std::int64_t scale_width(std::int64_t row, std::int64_t min_width) {
  return row * std::max<std::int64_t>(1, (min_width + row - 1) / row);
}

}  // namespace

ErrorMetrics measure_error(const Tensor& values, const Tensor& exact, DType ulp_of,
                           std::int64_t min_width) {
  expect(values.shape() == exact.shape() && exact.rank() > 0 && exact.numel() > 0,
         "[measure_error] expected two tensors of one shape; found {} and {}", values.shape(),
         exact.shape());
  const Tensor wide_values = values.to(DType::f64), wide_exact = exact.to(DType::f64);
  const auto count = static_cast<std::size_t>(exact.numel());
  const auto width = static_cast<std::size_t>(scale_width(exact.size(-1), min_width));
  ErrorMetrics metrics;
  for (std::size_t start = 0, end = 0; start < count; start = end) {
    // What is left at the end, too little for a scale of its own, belongs to the last one.
    end = count - start < 2 * width ? count : start + width;
    measure_row(wide_values.values<double>().subspan(start, end - start),
                wide_exact.values<double>().subspan(start, end - start), ulp_of, metrics);
  }
  ErrorSums sums;
  add_errors(wide_values.values<double>().data(), wide_exact.values<double>().data(), exact.numel(),
             ulp_of, sums);
  metrics.max_abs = sums.max_abs;
  metrics.relative_l2 = sums.relative_l2();
  metrics.pcc = sums.pcc();
  metrics.not_finite = sums.not_finite;
  return metrics;
}

}  // namespace wattention
