// Errors against a second way to compute them, and against hand.
#include "explain/measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bench/error_metrics.h"
#include "explain/slices.h"
#include "oracle.h"

namespace wattention {
namespace {

TEST(Measure, AgreesWithTheBenchmarksErrors) {
  const Tensor exact = testing::uniform_tensor({300, 700}, 1).to(DType::f64);
  for (const DType dtype : {DType::bf16, DType::f32}) {
    const Tensor values = exact.to(DType::f32).to(dtype);
    const Measured found = measure(values, exact, 2);
    const ErrorMetrics wanted = measure_error(values, exact, dtype);
    EXPECT_NEAR(found.figures.relative_l2, wanted.relative_l2, 1e-9 * wanted.relative_l2);
    EXPECT_NEAR(found.figures.pcc, wanted.pcc, 1e-9);
    EXPECT_EQ(found.figures.max_abs, wanted.max_abs);
    EXPECT_LE(found.figures.max_ulp, 0.5);
    EXPECT_NEAR(found.rounding_l2, found.figures.relative_l2, 1e-9);
  }
}

TEST(Measure, IsTheSameForAnyNumberOfThreads) {
  const Tensor exact = testing::uniform_tensor({500, 700}, 1).to(DType::f64);
  const Tensor values = exact.to(DType::bf16);
  const ErrorFigures one = measure(values, exact, 1).figures,
                     many = measure(values, exact, 3).figures;
  EXPECT_NEAR(one.relative_l2, many.relative_l2, 1e-12);
  EXPECT_EQ(one.pcc, many.pcc);
  EXPECT_EQ(one.max_ulp, many.max_ulp);
}

TEST(Measure, CountsUnitsBiasAndInfinities) {
  const double infinite = std::numeric_limits<double>::infinity();
  const std::vector<double> exact{1, -2, 4, 3, infinite}, values{0.5, -1, 2, infinite, infinite};
  const auto tensor = [](const std::vector<double>& v) {
    return Tensor::from(std::span<const double>(v), {5});
  };
  const Measured found = measure(tensor(values).to(DType::bf16), tensor(exact), 1);
  EXPECT_EQ(found.figures.bias, -0.5);  // all are half as large
  EXPECT_EQ(found.figures.relative_l2, 0.5);
  EXPECT_EQ(found.figures.max_ulp, 64);  // half of 2^7 units
  EXPECT_EQ(found.figures.not_finite, 1);
  EXPECT_EQ(found.figures.pcc, 0);  // so that no --min-pcc lets it through
  EXPECT_FALSE(found.equal);
  EXPECT_TRUE(measure(tensor(exact), tensor(exact), 1).equal);
}

TEST(Measure, ABlockFormatsRoundingHangsOnNeighbours) {
  std::vector<double> row(32, 0.001);
  row[0] = 1;
  const Tensor exact = Tensor::from(std::span<const double>(row), {1, 32});
  const Measured found = measure(exact.to(DType::f32).to(DType::bfloat8_b), exact, 1);
  EXPECT_GT(found.rounding_l2, 0.003);  // 15 of 0.001 beside 1 are gone: sqrt(15) * 0.001
  EXPECT_EQ(found.figures.relative_l2, found.rounding_l2);
}

// What the cuts alone do to a product of matrices, computed whole, is what the operands foretell.
TEST(Slices, ForetellTheErrorOfAProduct) {
  const std::int64_t n = 96;
  const Tensor a = testing::uniform_tensor({n, n}, 1).to(DType::bf16).to(DType::f64);
  const Tensor b = testing::uniform_tensor({n, n}, 2).to(DType::bf16).to(DType::f64);
  const auto cut = [](double x, int bits) {
    int exponent = 0;
    const double mantissa = std::frexp(x, &exponent);  // 0.5 to 1
    return std::ldexp(std::trunc(std::ldexp(mantissa, bits)), exponent - bits);
  };
  for (const Fidelity fidelity : {Fidelity::lofi, Fidelity::hifi2}) {
    const SeenBits bits = seen_bits(fidelity);
    double errors = 0, squares = 0;
    for (std::int64_t i = 0; i < n * n; ++i) {
      double whole = 0, seen = 0;
      for (std::int64_t k = 0; k < n; ++k) {
        const double x = a.values<double>()[i / n * n + k], y = b.values<double>()[k * n + i % n];
        whole += x * y;
        seen += cut(x, bits.activation) * cut(y, bits.weight);
      }
      errors += (whole - seen) * (whole - seen);
      squares += whole * whole;
    }
    const double foretold = error_of(cut_of(a, bits.activation), cut_of(b, bits.weight));
    EXPECT_NEAR(foretold / std::sqrt(errors / squares), 1, 0.15) << to_string(fidelity);
  }
  EXPECT_EQ(error_of(cut_of(a, 8), cut_of(b, 8)), 0);
}

}  // namespace
}  // namespace wattention
