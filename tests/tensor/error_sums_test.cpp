// Errors by vectors against sums by hand, of every length, and numbers that are none.
#include "tensor/error_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "oracle.h"
#include "tensor/number_format.h"

namespace wattention {
namespace {

using testing::Values;

constexpr double infinite = std::numeric_limits<double>::infinity();

ErrorSums sums_of(const Values& values, const Values& exact, DType dtype) {
  ErrorSums sums;
  add_errors(values.data(), exact.data(), static_cast<std::int64_t>(exact.size()), dtype, sums);
  return sums;
}

// In long double, two passes over the mean.
long double pearson(const Values& values, const Values& exact) {
  long double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  const auto count = static_cast<long double>(exact.size());
  for (std::size_t i = 0; i < exact.size(); ++i) x += values[i] / count, y += exact[i] / count;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    xx += (values[i] - x) * (values[i] - x);
    yy += (exact[i] - y) * (exact[i] - y);
    xy += (values[i] - x) * (exact[i] - y);
  }
  return xy / std::sqrt(xx * yy);
}

// The mean is 100 times the spread, so sums of raw products would lose four digits.
TEST(ErrorSums, OfEveryLengthAreThoseByHand) {
  for (const std::int64_t count : {2, 7, 8, 9, 1000, 4096, 4097, 9001}) {
    Values exact = testing::values_of(testing::uniform_tensor({count}, 1)), values;
    for (double& value : exact) value += 100;
    for (const double value : exact) values.push_back(value + 1e-3 * std::sin(1e5 * value));
    long double squares = 0, errors = 0, away = 0, magnitudes = 0;
    double largest = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double error = values[i] - exact[i];
      errors += static_cast<long double>(error) * error;
      squares += static_cast<long double>(exact[i]) * exact[i];
      away += error;
      magnitudes += exact[i];
      largest = std::max(largest, std::fabs(error));
    }
    const ErrorSums sums = sums_of(values, exact, DType::f32);
    EXPECT_EQ(sums.count, static_cast<double>(count));
    EXPECT_NEAR(sums.relative_l2() / static_cast<double>(std::sqrt(errors / squares)), 1, 1e-12);
    EXPECT_NEAR(sums.bias(), static_cast<double>(away / magnitudes), 1e-15);
    EXPECT_EQ(sums.max_abs, largest);
    EXPECT_NEAR(1 - sums.pcc(), static_cast<double>(1 - pearson(values, exact)), 1e-12);
  }
}

TEST(ErrorSums, PartsOfOtherOriginsMerge) {
  Values exact = testing::values_of(testing::uniform_tensor({900}, 1)), values = exact;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    exact[i] += i < 300 ? 5 : -5;
    values[i] = exact[i] + 0.1 * std::cos(static_cast<double>(i));
  }
  ErrorSums merged = sums_of({values.begin(), values.begin() + 300},
                             {exact.begin(), exact.begin() + 300}, DType::bf16);
  merged.merge(sums_of({values.begin() + 300, values.end()}, {exact.begin() + 300, exact.end()},
                       DType::bf16));
  EXPECT_NEAR(1 - merged.pcc(), static_cast<double>(1 - pearson(values, exact)), 1e-12);
}

// Each dtype's units, down to where they stop shrinking; integers have one.
TEST(ErrorSums, UnitsAndRoundingAreTheDtypes) {
  const auto one = [](double value, double exact, DType dtype) {
    return sums_of(Values(9, value), Values(9, exact), dtype);
  };
  for (const double exact : {1.0, 1.99, 3.5, -0.37, 1e-40, 60000.0, 1e-5})
    for (const DType dtype : {DType::bf16, DType::f16, DType::f32, DType::f64, DType::int32}) {
      const double units = dtype == DType::f64 ? 1 : 0.25,
                   off = units * unit_in_last_place(exact, dtype);
      EXPECT_NEAR(one(exact + off, exact, dtype).max_ulp, units, 0.01)
          << exact << " " << to_string(dtype);
    }
  EXPECT_EQ(one(1, 1 + 0x1p-8, DType::bf16).rounding_l2(),
            0x1p-8 / (1 + 0x1p-8));  // a tie: to even
  EXPECT_EQ(one(1, 1 + 3 * 0x1p-11, DType::f16).rounding_l2(), 0x1p-11 / (1 + 3 * 0x1p-11));
  EXPECT_EQ(one(2, 2.25, DType::int32).rounding_l2(), 0.25 / 2.25);
  EXPECT_EQ(one(2, 1 / 3.0, DType::f64).rounding_l2(), 0);
  const float third = 1.0f / 3;
  EXPECT_NEAR(one(0, 1 / 3.0, DType::f32).rounding_l2(),
              3 * std::fabs(static_cast<double>(third) - 1 / 3.0), 1e-20);
}

TEST(ErrorSums, WhatIsNotFiniteIsCountedAlone) {
  Values exact = testing::values_of(testing::uniform_tensor({5000}, 1)), values = exact;
  values[3] = infinite;
  values[4999] = std::nan("");
  exact[7] = -infinite;
  const ErrorSums sums = sums_of(values, exact, DType::bf16);
  EXPECT_EQ(sums.not_finite, 2);
  EXPECT_EQ(sums.count, 4997);
  EXPECT_EQ(sums.max_abs, 0);
}

TEST(ErrorSums, WidenedAndCompared) {
  const Tensor numbers = testing::uniform_tensor({77}, 1);
  for (const DType dtype : {DType::bf16, DType::f32, DType::f16, DType::f64}) {
    const Tensor host = numbers.to(dtype), wanted = host.to(DType::f64);
    Values found(70);
    widen(host, 5, 70, found.data());
    EXPECT_TRUE(are_equal(found.data(), wanted.values<double>().data() + 5, 70));
    for (const std::size_t i : {std::size_t{0}, std::size_t{33}, std::size_t{69}}) {
      Values other = found;
      other[i] += 1;
      EXPECT_FALSE(are_equal(other.data(), found.data(), 70)) << i;
    }
  }
}

}  // namespace
}  // namespace wattention
