// Every row of the kernel table, against a triple loop in its own arithmetic (bit for bit) and in double.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <regex>

#include "backends/cpu/support.h"

namespace wattention::cpu_test {
namespace {

class GemmKernelTest : public testing::TestWithParam<const GemmKernel*> {
 protected:
  void SetUp() override {
    if (!runs_here(kernel()))
      GTEST_SKIP() << kernel().name << ": this processor has no " << to_string(kernel().isa);
    player_ = player_for(kernel());
  }
  const GemmKernel& kernel() const { return *GetParam(); }

  Matrix input(std::int64_t rows, std::int64_t cols, unsigned seed) const {
    Matrix m = normal_matrix(rows, cols, seed);
    if (kernel().type == GemmType::bf16) m.round_to_bf16();
    return m;
  }

 private:
  std::unique_ptr<AmxPlayer> player_;
};

void expect_same_bits(const Matrix& found, const Matrix& expected, const std::string& what) {
  for (std::int64_t r = 0; r < found.rows; ++r)
    for (std::int64_t c = 0; c < found.cols; ++c)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(found.at(r, c)),
                std::bit_cast<std::uint32_t>(expected.at(r, c)))
          << what << " at " << r << ", " << c << ": " << found.at(r, c)
          << " != " << expected.at(r, c);
}

std::string shape_text(std::int64_t m, std::int64_t n, std::int64_t k) {
  return std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
}

TEST_P(GemmKernelTest, EqualsItsArithmeticBitForBit) {
  const std::int64_t bm = kernel().block_m, bn = kernel().block_n, kb = kernel().k_block;
  const std::int64_t shapes[][3] = {{1, 1, 1},
                                    {bm, bn, kb},
                                    {bm + 1, bn + 1, kb + 1},
                                    {2 * bm - 1, 3, 7},
                                    {1, 2 * bn + 5, 2 * kb + 3},
                                    {37, 41, 43},
                                    {17, 31, 2 * kb},
                                    {bm, 9 * bn, 5}};
  for (const auto& [m, n, k] : shapes) {
    const Matrix a = input(m, k, 1), b = input(k, n, 2);
    expect_same_bits(run_kernel(kernel(), a, b), arithmetic_oracle(kernel(), a, b),
                     shape_text(m, n, k));
  }
}

TEST_P(GemmKernelTest, EveryHeightUpToTwoStrips) {
  for (std::int64_t m = 1; m <= 2 * kernel().block_m + 1; ++m) {
    const Matrix a = input(m, 11, 3), b = input(11, 2, 4);
    expect_same_bits(run_kernel(kernel(), a, b), arithmetic_oracle(kernel(), a, b),
                     shape_text(m, 2, 11));
  }
}

// |sum in f32 - sum| <= (k + 2) eps sum |a b|, whatever the order (Higham, section 3.1).
TEST_P(GemmKernelTest, StaysWithinTheBoundOfAnyOrderAgainstDouble) {
  const Matrix a = input(23, 777, 5), b = input(777, 45, 6);
  const Matrix found = run_kernel(kernel(), a, b);
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < b.cols; ++c) {
      double sum = 0, magnitude = 0;
      for (std::int64_t k = 0; k < a.cols; ++k) {
        sum += double{a.at(r, k)} * b.at(k, c);
        magnitude += std::fabs(double{a.at(r, k)} * b.at(k, c));
      }
      ASSERT_NEAR(found.at(r, c), sum, (777 + 2) * 0x1p-24 * magnitude) << kernel().name;
    }
  }
}

TEST_P(GemmKernelTest, ExtremeValuesOverflowAndCancelAsTheOracle) {
  Matrix a = input(5, 64, 7), b = input(64, 33, 8);
  const float largest = bfloat16::from_bits(0x7f7f), tiny = 0x1p-126f, below = 0x1p-130f;
  const float extremes[] = {largest, -largest, tiny, -tiny, below, 0.0f, -0.0f, 0x1p-70f, 0x1p60f};
  for (std::size_t i = 0; i < a.values.size(); i += 3)
    a.values[i] = extremes[i / 3 % std::size(extremes)];
  for (std::size_t i = 0; i < b.values.size(); i += 5)
    b.values[i] = extremes[i / 5 % std::size(extremes)];
  const Matrix found = run_kernel(kernel(), a, b), expected = arithmetic_oracle(kernel(), a, b);
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    if (std::isnan(expected.values[i])) {
      ASSERT_TRUE(std::isnan(found.values[i])) << kernel().name << " element " << i;
    } else {
      ASSERT_EQ(found.values[i], expected.values[i]) << kernel().name << " element " << i;
    }
  }
}

TEST_P(GemmKernelTest, NanAndInfinityStayInTheirRowAndColumn) {
  const float inf = std::numeric_limits<float>::infinity();
  Matrix a = input(19, 37, 9), b = input(37, 50, 10);
  a.at(3, 36) = inf;
  b.at(0, 49) = std::nanf("");
  const Matrix found = run_kernel(kernel(), a, b);
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < b.cols; ++c) {
      if (c == 49) {
        ASSERT_TRUE(std::isnan(found.at(r, c))) << r;
      } else if (r == 3) {
        ASSERT_TRUE(std::isinf(found.at(r, c))) << c;
      } else {
        ASSERT_TRUE(std::isfinite(found.at(r, c))) << r << ", " << c;
      }
    }
  }
}

TEST_P(GemmKernelTest, NameFollowsTheGrammar) {
  const std::string expected =
      "gemm_" + std::string(to_string(kernel().type)) + "_" + std::to_string(kernel().block_m) +
      "x" + std::to_string(kernel().block_n) + "x" + std::to_string(kernel().tile_k) + "_" +
      std::string(to_string(kernel().isa));
  EXPECT_EQ(kernel().name, expected);
  EXPECT_EQ(kernel().k_block % kernel().tile_k, 0);
  EXPECT_EQ(kernel().block_m % kernel().tile_m, 0);
  EXPECT_EQ(cpu::columns_per_chunk(kernel()) % kernel().block_n, 0);
}

std::vector<const GemmKernel*> all_kernels() {
  std::vector<const GemmKernel*> rows;
  for (const GemmKernel& row : cpu::gemm_kernels()) rows.push_back(&row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Table, GemmKernelTest, testing::ValuesIn(all_kernels()),
                         [](const auto& row) { return std::string(row.param->name); });

// Inputs whose products stay in f32's range, where bf16_muladd promises bf16_widened's bits.
bool claim_equal_bits(const GemmKernel& one, const GemmKernel& other) {
  const auto plain = [](Arithmetic a) {
    return a == Arithmetic::bf16_muladd ? Arithmetic::bf16_widened : a;
  };
  return one.type == other.type && plain(one.arithmetic) == plain(other.arithmetic);
}

TEST(GemmTable, RowsOfOneArithmeticAgreeBitForBit) {
  Matrix a = normal_matrix(29, 1000, 11), b = normal_matrix(1000, 70, 12);
  a.round_to_bf16();
  b.round_to_bf16();
  int pairs = 0;
  for (const GemmKernel& one : cpu::gemm_kernels()) {
    for (const GemmKernel& other : cpu::gemm_kernels()) {
      if (&one >= &other || !claim_equal_bits(one, other)) continue;
      // The tiles' arithmetic starts each 32 k anew: k_block does not enter.
      EXPECT_TRUE(one.k_block == other.k_block || one.arithmetic == Arithmetic::bf16_tiles);
      if (!runs_here(one) || !runs_here(other)) continue;
      const auto player = player_for(one), other_player = player_for(other);
      expect_same_bits(run_kernel(one, a, b), run_kernel(other, a, b),
                       std::string(one.name) + " and " + other.name);
      ++pairs;
    }
  }
  if (pairs == 0) GTEST_SKIP() << "this processor runs one row per arithmetic";
}

TEST(GemmTable, BothWaysToGiveBPackTheSame) {
  for (const GemmKernel& kernel : cpu::gemm_kernels()) {
    if (!runs_here(kernel)) continue;
    const Engine engine = engine_of(kernel);
    const Matrix b = normal_matrix(67, 45, 13), columns = b.transposed();
    const auto by_rows = bytes_of(b, kernel.type), by_columns = bytes_of(columns, kernel.type);
    const std::int64_t element = cpu::element_bytes(kernel.type);
    std::vector<std::byte> one(static_cast<std::size_t>(cpu::packed_b_bytes(kernel, 67, 45)));
    std::vector<std::byte> other(one);
    for (std::int64_t p = 0; p < cpu::panel_count(kernel, 45); ++p) {
      cpu::pack_panel(engine, {{by_rows.data(), 45 * element}, 67, 45, false}, p, one.data());
      cpu::pack_panel(engine, {{by_columns.data(), 67 * element}, 67, 45, true}, p, other.data());
    }
    EXPECT_EQ(one, other) << kernel.name;
  }
}

}  // namespace
}  // namespace wattention::cpu_test
