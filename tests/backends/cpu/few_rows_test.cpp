// A few rows times weights as they lie: every ISA here against float64, and each row as if it were alone.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/cpu/choose.h"
#include "backends/cpu/product_few.h"
#include "backends/cpu/support.h"

namespace wattention::cpu_test {
namespace {

struct Sizes {
  std::int64_t m, k, n;
};
// Part of a vector, one and a rest, whole ones; columns of part of a block, of several.
constexpr Sizes all_sizes[] = {{1, 1, 1},    {1, 5, 40},   {2, 16, 17},   {3, 33, 300},
                               {4, 64, 513}, {7, 100, 90}, {16, 129, 31}, {5, 4099, 260}};

// That multiply both types.
std::vector<std::string> isas() {
  std::vector<std::string> names;
  const std::vector<std::string> serve = cpu::names_that_serve(cpu::this_cpu());
  for (const char* name : {"scalar", "avx2", "avx512"})
    if (std::ranges::find(serve, name) != serve.end()) names.emplace_back(name);
  return names;
}

std::vector<double> doubles(const Tensor& tensor) {
  const Tensor wide = to_host(tensor).to(DType::f64);
  const auto values = wide.values<double>();
  return {values.begin(), values.end()};
}

Tensor product(const Tensor& a, const Tensor& weights, const std::string& isa, int threads = 2) {
  const Device cpu = open_device("cpu", {.threads = threads, .kernel = isa});
  return to_host(linear(to_device(a, cpu), to_device(weights, cpu)));
}

class FewRows : public testing::TestWithParam<std::tuple<std::string, DType>> {};

TEST_P(FewRows, FollowFloat64) {
  const auto& [isa, dtype] = GetParam();
  const double rounding = dtype == DType::f32 ? 0x1p-24 : 0x1p-8;
  for (const auto& [m, k, n] : all_sizes) {
    const Tensor a = tensor_of(normal_matrix(m, k, 1), dtype);
    const Tensor weights = tensor_of(normal_matrix(n, k, 2), dtype);
    const std::vector<double> found = doubles(product(a, weights, isa)), x = doubles(a),
                              w = doubles(weights);
    for (std::int64_t row = 0; row < m; ++row)
      for (std::int64_t column = 0; column < n; ++column) {
        double sum = 0, size = 0;
        for (std::int64_t i = 0; i < k; ++i) {
          const double term = x[static_cast<std::size_t>(row * k + i)] *
                              w[static_cast<std::size_t>(column * k + i)];
          sum += term;
          size += std::fabs(term);
        }
        // Sums of f32: a rounding for each step of a lane, one for the result.
        const double bound =
            rounding * std::fabs(sum) + (static_cast<double>(k) / 8 + 8) * 0x1p-24 * size;
        ASSERT_NEAR(found[static_cast<std::size_t>(row * n + column)], sum, bound)
            << m << " x " << k << " x " << n;
      }
  }
}

TEST_P(FewRows, AreEachAsIfAloneOnAnyThreads) {
  const auto& [isa, dtype] = GetParam();
  const std::int64_t k = 200, n = 5000;  // more than one thread's worth
  const Tensor weights = tensor_of(normal_matrix(n, k, 2), dtype);
  const Tensor a = tensor_of(normal_matrix(cpu::few_product_rows, k, 1), dtype);
  const std::vector<double> all = doubles(product(a, weights, isa, 1));
  EXPECT_EQ(doubles(product(a, weights, isa, 3)), all);
  for (const int row : {0, 3, 6, 15}) {
    const Tensor alone = slice(a, Dims{row, 0}, Dims{row + 1, static_cast<int>(k)}).view({1, k});
    const std::vector<double> expected(all.begin() + row * n, all.begin() + (row + 1) * n);
    EXPECT_EQ(doubles(product(alone, weights, isa)), expected) << "row " << row;
  }
}

TEST_P(FewRows, LetNaNAndInfinitiesThrough) {
  const auto& [isa, dtype] = GetParam();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {1, infinite, std::nanf(""), 1};
  const Tensor a = Tensor::from<float>(values, {4, 1}).to(dtype);
  const Tensor weights = Tensor::from<float>(std::vector<float>{2, 0}, {2, 1}).to(dtype);
  const std::vector<double> found = doubles(product(a, weights, isa));
  EXPECT_EQ(found[0], 2);
  EXPECT_EQ(found[1], 0);
  EXPECT_EQ(found[2], infinite);
  EXPECT_TRUE(std::isnan(found[3]));
  EXPECT_TRUE(std::isnan(found[4]));
  EXPECT_EQ(found[6], 2);
}

INSTANTIATE_TEST_SUITE_P(All, FewRows,
                         testing::Combine(testing::ValuesIn(isas()),
                                          testing::Values(DType::f32, DType::bf16)),
                         [](const auto& info) {
                           return std::get<0>(info.param) + "_" +
                                  std::string(to_string(std::get<1>(info.param)));
                         });

TEST(FewRows, AreNamedInReports) {
  const Tensor a = tensor_of(normal_matrix(1, 64, 1), DType::f32);
  const Tensor weights = tensor_of(normal_matrix(32, 64, 2), DType::f32);
  const auto kernel_of = [&](const std::string& forced) {
    Device cpu = open_device("cpu", {.kernel = forced, .explain = true});
    linear(to_device(a, cpu), to_device(weights, cpu));
    return cpu.take_reports().back().kernel;
  };
  EXPECT_EQ(kernel_of("scalar"), "attention_scalar");
  EXPECT_EQ(kernel_of("gemm_f32_4x8x1_scalar"), "gemm_f32_4x8x1_scalar");  // who names it gets it
}

}  // namespace
}  // namespace wattention::cpu_test
