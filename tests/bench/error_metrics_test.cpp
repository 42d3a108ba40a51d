#include "bench/error_metrics.h"
#include "tensor/number_format.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <cmath>
#include <limits>
#include <vector>

namespace wattention {
namespace {

Tensor doubles(const std::vector<double>& values, const Shape& shape) {
  return Tensor::from<double>(values, shape);
}

TEST(ErrorMetrics, EqualValuesHaveNoError) {
  const Tensor exact = doubles({1, -2, 3, 0}, {2, 2});
  const ErrorMetrics metrics = measure_error(exact, exact, DType::f32);
  EXPECT_EQ(metrics.max_abs, 0);
  EXPECT_EQ(metrics.relative_l2, 0);
  EXPECT_DOUBLE_EQ(metrics.pcc, 1);
  EXPECT_EQ(metrics.ulp_histogram[0], 4);
}

// Rows {10, 1} and {0.1, 0.2}, with errors 0.5 and 0.05, by hand.
TEST(ErrorMetrics, RelativeToTheRowAndToTheNorm) {
  const Tensor exact = doubles({10, 1, 0.1, 0.2}, {2, 2});
  const ErrorMetrics metrics =
      measure_error(doubles({10, 1.5, 0.1, 0.15}, {2, 2}), exact, DType::f64);
  EXPECT_DOUBLE_EQ(metrics.max_abs, 0.5);
  EXPECT_NEAR(metrics.max_relative, 0.25, 1e-15);
  EXPECT_NEAR(metrics.relative_l2, std::sqrt((0.25 + 0.0025) / (100 + 1 + 0.01 + 0.04)), 1e-15);
}

// {10, 1} and {0.1, 0.2} are below three values, so they share 10; the last row has none to share and joins them.
TEST(ErrorMetrics, NarrowRowsShareTheirScale) {
  const Tensor exact = doubles({10, 1, 0.1, 0.2, 4, 5}, {3, 2});
  const Tensor values = doubles({10, 1, 0.1, 0.15, 4, 6}, {3, 2});
  EXPECT_NEAR(measure_error(values, exact, DType::f64, 2).max_relative, 0.25, 1e-15);
  EXPECT_NEAR(measure_error(values, exact, DType::f64, 3).max_relative, 0.1, 1e-15);
}

TEST(ErrorMetrics, PearsonIgnoresScaleAndOffsetOnly) {
  const Tensor exact = doubles({1e6 + 1, 1e6 + 2, 1e6 + 4}, {1, 3});
  EXPECT_NEAR(measure_error(doubles({5, 7, 11}, {1, 3}), exact, DType::f64).pcc, 1, 1e-12);
  EXPECT_NEAR(measure_error(doubles({-1, -2, -4}, {1, 3}), exact, DType::f64).pcc, -1, 1e-12);
  // Against {1, 2, 4}, mean 7/3: covariance 2, variances 2 and 14/3 (each times 3).
  EXPECT_NEAR(measure_error(doubles({1, 0, 2}, {1, 3}), exact, DType::f64).pcc,
              2 / std::sqrt(2 * 14.0 / 3), 1e-9);
  EXPECT_EQ(measure_error(doubles({2, 2}, {2}), doubles({2, 2}, {2}), DType::f64).pcc, 1);
  EXPECT_EQ(measure_error(doubles({2, 2}, {2}), doubles({3, 3}, {2}), DType::f64).pcc, 0);
}

TEST(ErrorMetrics, UlpsAreTheDtypesOwn) {
  EXPECT_EQ(unit_in_last_place(1.0, DType::f32), 0x1p-23);
  EXPECT_EQ(unit_in_last_place(-1.99, DType::bf16), 0x1p-7);
  EXPECT_EQ(unit_in_last_place(0.0, DType::f32), std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(unit_in_last_place(1e-320, DType::f64), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(unit_roundoff(DType::f64), std::numeric_limits<double>::epsilon() / 2);
  const float next = std::nextafter(3.0f, 4.0f);
  EXPECT_EQ(unit_in_last_place(3.0, DType::f32), static_cast<double>(next) - 3.0);
}

TEST(ErrorMetrics, HistogramClassesIncludeTheirUpperEnd) {
  std::vector<double> exact(7, 1.0), values;
  for (const double ulps : {0.0, 0.5, 0.75, 2.0, 3.0, 8.0, 9.0})
    values.push_back(1 + ulps * 0x1p-7);
  const ErrorMetrics metrics =
      measure_error(doubles(values, {7}), doubles(exact, {7}), DType::bf16);
  EXPECT_EQ(metrics.ulp_histogram, (std::array<std::int64_t, 6>{2, 1, 1, 1, 1, 1}));
}

TEST(ErrorMetrics, CountsWhatIsNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const ErrorMetrics metrics =
      measure_error(doubles({1, infinity, std::nan("")}, {3}), doubles({1, 2, 3}, {3}), DType::f32);
  EXPECT_EQ(metrics.not_finite, 2);
  EXPECT_EQ(metrics.max_abs, 0);
}

TEST(ErrorMetrics, RefusesOtherShapes) {
  EXPECT_THROW(measure_error(doubles({1, 2}, {2}), doubles({1, 2}, {1, 2}), DType::f32), Error);
}

}  // namespace
}  // namespace wattention
