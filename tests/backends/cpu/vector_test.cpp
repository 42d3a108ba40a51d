// Row operations of every ISA that this processor has.
#include <gtest/gtest.h>
#include <wattention/dtype.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "backends/cpu/support.h"

namespace wattention::cpu_test {
namespace {

class VectorKernelTest : public testing::TestWithParam<const cpu::VectorKernel*> {
 protected:
  void SetUp() override {
    if (!cpu::this_cpu().has(cpu::needed_flags(vector().isa)))
      GTEST_SKIP() << vector().name << ": this processor has no " << to_string(vector().isa);
  }
  const cpu::VectorKernel& vector() const { return *GetParam(); }

  // exp of non-positive values: a leading 0 keeps the row's maximum at 0.
  std::vector<float> exp_of(std::vector<float> row) const {
    row.insert(row.begin(), 0.0f);
    vector().exp_row_f32(row.data(), static_cast<std::int64_t>(row.size()), 1.0f, row.data());
    row.erase(row.begin());
    return row;
  }
};

double ulp_of(double value) {
  return std::ldexp(1.0, std::max(-126, std::ilogb(static_cast<float>(value))) - 23);
}

TEST_P(VectorKernelTest, ExpIsWithinItsBound) {
  std::vector<float> inputs;
  for (double t = 0; t > -87.0; t -= 87.0 / 400000) inputs.push_back(static_cast<float>(t));
  const std::vector<float> found = exp_of(inputs);
  double worst = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const double exact = std::exp(double{inputs[i]});
    const double ulp = std::fabs(found[i] - exact) / ulp_of(exact);
    ASSERT_LT(ulp, 1.1) << inputs[i];  // kernel.h
    worst = std::max(worst, ulp);
  }
  RecordProperty("worst_ulp", std::to_string(worst));
}

TEST_P(VectorKernelTest, ExpFarBelowIsZeroAndNeverSubnormal) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> found =
      exp_of({-87.0f, -87.01f, -88.0f, -104.0f, -1e30f, -inf, -3.4e38f});
  EXPECT_GE(found[0], std::numeric_limits<float>::min());
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_EQ(found[i], 0.0f) << i;
}

TEST_P(VectorKernelTest, NanAndInfinityMakeTheSumNan) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  for (const float odd_one : {nan, inf}) {
    for (const std::size_t at : {0u, 5u, 15u, 16u, 18u}) {
      std::vector<float> row(19, 1.0f);
      row[at] = odd_one;
      EXPECT_TRUE(std::isnan(vector().exp_row_f32(row.data(), 19, 1.0f, row.data()))) << at;
    }
  }
  std::vector<float> none(7, -inf);
  EXPECT_TRUE(std::isnan(vector().exp_row_f32(none.data(), 7, 1.0f, none.data())));
  std::vector<float> one(7, -inf);
  one[6] = -3.0f;
  EXPECT_EQ(vector().exp_row_f32(one.data(), 7, 1.0f, one.data()), 1.0f);
}

TEST_P(VectorKernelTest, SumsEveryLength) {
  for (std::int64_t count = 1; count < 70; ++count) {
    std::vector<float> row(static_cast<std::size_t>(count), 0.25f), out(row.size() + 1, -7.0f);
    EXPECT_EQ(vector().exp_row_f32(row.data(), count, 3.0f, out.data()), static_cast<float>(count));
    EXPECT_EQ(out.back(), -7.0f);
    std::vector<std::uint16_t> halves(row.size() + 1, 7);
    EXPECT_EQ(vector().exp_row_bf16(row.data(), count, 3.0f, halves.data()),
              static_cast<float>(count));
    EXPECT_EQ(halves.front(), 0x3f80);
    EXPECT_EQ(halves.back(), 7);
  }
}

TEST_P(VectorKernelTest, Bf16WeightsAreTheRoundedF32Ones) {
  const Matrix row = normal_matrix(1, 77, 5, 4.0f);
  std::vector<float> weights(77);
  std::vector<std::uint16_t> halves(77);
  const float sum = vector().exp_row_f32(row.values.data(), 77, 0.7f, weights.data());
  EXPECT_EQ(vector().exp_row_bf16(row.values.data(), 77, 0.7f, halves.data()), sum);
  for (std::size_t i = 0; i < 77; ++i) EXPECT_EQ(halves[i], bfloat16(weights[i]).bits) << i;
}

TEST_P(VectorKernelTest, RoundsAndWidensAsTheScalarType) {
  std::vector<float> values{0.0f,    -0.0f,    1.00390625f, 1.01171875f,
                            3.4e38f, -3.4e38f, 1e-40f,      std::nanf("")};
  const Matrix more = normal_matrix(1, 1000, 3);
  values.insert(values.end(), more.values.begin(), more.values.end());
  const auto count = static_cast<std::int64_t>(values.size());
  std::vector<std::uint16_t> halves(values.size());
  vector().round_row(values.data(), count, halves.data());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(halves[i], bfloat16(values[i]).bits) << values[i];
  std::vector<float> back(values.size());
  vector().widen_row(halves.data(), count, back.data());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint32_t>(back[i]), std::uint32_t{halves[i]} << 16);
}

TEST_P(VectorKernelTest, DividesExactly) {
  const Matrix row = normal_matrix(1, 53, 4);
  std::vector<float> out(53);
  std::vector<std::uint16_t> halves(53);
  vector().divide_row_f32(row.values.data(), 53, 3.7f, out.data());
  vector().divide_row_bf16(row.values.data(), 53, 3.7f, halves.data());
  for (std::size_t i = 0; i < 53; ++i) {
    EXPECT_EQ(out[i], row.values[i] / 3.7f);
    EXPECT_EQ(halves[i], bfloat16(row.values[i] / 3.7f).bits);
  }
}

TEST_P(VectorKernelTest, TransposesEverySizeWithoutTouchingMore) {
  for (const std::int64_t lines : {1, 5, 8, 14, 16, 32}) {
    for (const std::int64_t words : {1, 3, 8, 15, 16, 17, 40}) {
      const std::int64_t stride = lines + 2, line_words = words + 3;
      std::vector<std::uint32_t> in(static_cast<std::size_t>(lines * line_words)),
          out(static_cast<std::size_t>(words * stride), 0xdeadu);
      for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::uint32_t>(i);
      vector().transpose_words(in.data(), line_words * 4, lines, words, out.data(), stride);
      for (std::int64_t w = 0; w < words; ++w)
        for (std::int64_t i = 0; i < stride; ++i)
          ASSERT_EQ(out[static_cast<std::size_t>(w * stride + i)],
                    i < lines ? static_cast<std::uint32_t>(i * line_words + w) : 0xdeadu)
              << lines << " lines, " << words << " words";
    }
  }
}

TEST_P(VectorKernelTest, InterleavesPairs) {
  std::vector<std::uint16_t> even(37), odd(37);
  for (std::uint16_t i = 0; i < 37; ++i) even[i] = i, odd[i] = static_cast<std::uint16_t>(1000 + i);
  std::vector<std::uint32_t> out(37);
  vector().interleave(even.data(), odd.data(), 37, out.data());
  for (std::uint32_t i = 0; i < 37; ++i) EXPECT_EQ(out[i], i | (1000 + i) << 16);
}

INSTANTIATE_TEST_SUITE_P(Table, VectorKernelTest,
                         testing::ValuesIn(cpu::vector_kernels().begin(),
                                           cpu::vector_kernels().end()),
                         [](const auto& row) { return std::string(row.param->name); });

}  // namespace
}  // namespace wattention::cpu_test
