#include "bench/error_metrics.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

struct Format {
  int mantissa_bits;  ///< stored ones
  int min_exponent;   ///< of normal numbers
};

Format format_of(DType dtype) {
  if (dtype == DType::f64) return {52, -1022};
  return {dtype == DType::f32 ? 23 : 7, -126};
}

std::size_t ulp_class(double error, double exact, DType dtype) {
  const double ulps = error / unit_in_last_place(exact, dtype);
  return static_cast<std::size_t>(std::ranges::lower_bound(ulp_classes, ulps) -
                                  ulp_classes.begin());
}

// Running sums for the norm and Pearson's coefficient. Sums of raw products would cancel when the mean is
// large beside the spread, so both series are taken relative to their first value.
class Moments {
 public:
  void add(double value, double exact) {
    if (count_ == 0) value_origin_ = value, exact_origin_ = exact;
    const double x = value - value_origin_, y = exact - exact_origin_;
    ++count_;
    x_ += x, y_ += y, xx_ += x * x, yy_ += y * y, xy_ += x * y;
    errors_ += (value - exact) * (value - exact);
    squares_ += exact * exact;
  }
  double relative_l2() const { return errors_ == 0 ? 0 : std::sqrt(errors_ / squares_); }
  // Of constants: 1 when they are equal, else 0.
  double pcc() const {
    const double n = static_cast<double>(count_);
    const double covariance = n * xy_ - x_ * y_;
    const double variances = (n * xx_ - x_ * x_) * (n * yy_ - y_ * y_);
    return variances > 0 ? covariance / std::sqrt(variances) : errors_ == 0 ? 1 : 0;
  }

 private:
  std::int64_t count_ = 0;
  double value_origin_ = 0, exact_origin_ = 0;
  double x_ = 0, y_ = 0, xx_ = 0, yy_ = 0, xy_ = 0;
  double errors_ = 0, squares_ = 0;
};

double largest_magnitude(std::span<const double> row) {
  double largest = 0;
  for (const double value : row) largest = std::max(largest, std::fabs(value));
  return largest;
}

void measure_row(std::span<const double> values, std::span<const double> exact, DType ulp_of,
                 ErrorMetrics& metrics, Moments& moments) {
  const double scale = largest_magnitude(exact);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    if (!std::isfinite(values[i]) && std::isfinite(exact[i])) {
      ++metrics.not_finite;
      continue;
    }
    const double error = values[i] == exact[i] ? 0 : std::fabs(values[i] - exact[i]);
    metrics.max_abs = std::max(metrics.max_abs, error);
    if (error > 0) metrics.max_relative = std::max(metrics.max_relative, error / scale);
    ++metrics.ulp_histogram[ulp_class(error, exact[i], ulp_of)];
    moments.add(values[i], exact[i]);
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
  Moments moments;
  for (std::size_t start = 0, end = 0; start < count; start = end) {
    // What is left at the end, too little for a scale of its own, belongs to the last one.
    end = count - start < 2 * width ? count : start + width;
    measure_row(wide_values.values<double>().subspan(start, end - start),
                wide_exact.values<double>().subspan(start, end - start), ulp_of, metrics, moments);
  }
  metrics.relative_l2 = moments.relative_l2();
  metrics.pcc = moments.pcc();
  return metrics;
}

double unit_in_last_place(double value, DType dtype) {
  const Format format = format_of(dtype);
  const int exponent =
      value == 0 ? format.min_exponent : std::max(std::ilogb(value), format.min_exponent);
  return std::ldexp(1.0, exponent - format.mantissa_bits);
}

double unit_roundoff(DType dtype) {
  return std::ldexp(1.0, -format_of(dtype).mantissa_bits - 1);
}

}  // namespace wattention
