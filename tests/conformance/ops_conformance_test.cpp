// The same cases on every device and dtype, each within the bound that its contract states.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <cmath>
#include <ostream>
#include <string>

#include "oracle.h"

namespace wattention {
namespace {

using testing::Values;

struct Case {
  const char* device;
  DType dtype;
  /// Rounding error of one stored value, relative.
  double epsilon;
  /// Relative error of the device's softmax algorithm beyond rounding; the 0.57 card's exp and reciprocal
  /// are approximate by a few percent each.
  double softmax_error;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.device << '_' << to_string(c.dtype);
}

class OpsConformance : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override { device_ = open_device(GetParam().device); }

  // What the device sees of an f32 tensor: the values rounded to its dtype.
  Tensor rounded(const Tensor& host) const { return host.to(GetParam().dtype); }
  Tensor send(const Tensor& host) const { return to_device(rounded(host), device_); }
  Values seen(const Tensor& host) const { return testing::values_of(rounded(host)); }
  static Values read(const Tensor& tensor) { return testing::values_of(to_host(tensor)); }

  Device device_;
};

// |error| <= epsilon * (K + 2) * sum |a b|: each of the K additions may round once in the output dtype.
TEST_P(OpsConformance, Matmul) {
  for (const auto& [rows, inner, cols] : {std::array<std::int64_t, 3>{1, 1, 1},
                                          {6, 3, 2},
                                          {7, 40, 19},
                                          {33, 65, 31},
                                          {64, 128, 96},
                                          {5, 200, 1},
                                          {1, 37, 130}}) {
    const Tensor a = testing::uniform_tensor({rows, inner}, 1),
                 b = testing::uniform_tensor({inner, cols}, 2);
    const Values expected = testing::matmul(seen(a), seen(b), rows, inner, cols);
    const double bound =
        GetParam().epsilon * static_cast<double>(inner + 2) * static_cast<double>(inner) * 0.5;
    EXPECT_LE(testing::largest_difference(read(matmul(send(a), send(b))), expected), bound)
        << rows << inner;
    const Tensor b_transposed = to_host(transpose(send(b)));
    EXPECT_EQ(read(matmul(send(a), to_device(b_transposed.to(GetParam().dtype), device_),
                          {.transpose_b = true})),
              read(matmul(send(a), send(b))));
  }
}

TEST_P(OpsConformance, MatmulWithFoldedBatch) {
  const Tensor a = testing::uniform_tensor({3, 5, 16}, 3), b = testing::uniform_tensor({16, 9}, 4);
  const Values expected = testing::matmul(seen(a), seen(b), 15, 16, 9);
  const Tensor out = matmul(send(a), send(b));
  EXPECT_EQ(out.shape(), Shape({3, 5, 9}));
  EXPECT_LE(testing::largest_difference(read(out), expected), GetParam().epsilon * 18 * 8);
}

TEST_P(OpsConformance, SoftmaxRows) {
  for (const auto& [rows, cols] : {std::array<std::int64_t, 2>{1, 1}, {6, 6}, {3, 32}, {40, 100}}) {
    const Tensor input = testing::uniform_tensor({rows, cols}, 5, 3.0f);
    const Values expected = testing::softmax_rows(seen(input), rows, cols);
    const Values found = read(softmax(send(input)));
    // The device's row sum rounds once per column.
    const double relative =
        GetParam().softmax_error + GetParam().epsilon * (8.0 + static_cast<double>(cols));
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(found[i], expected[i], relative * expected[i])
          << rows << "x" << cols << " at " << i;
  }
}

TEST_P(OpsConformance, Elementwise) {
  const Tensor a = testing::uniform_tensor({33, 40}, 6), b = testing::uniform_tensor({33, 40}, 7);
  const Values av = seen(a), bv = seen(b);
  // A scalar is cut to the dtype on the card: another rounding, toward zero. The card aligns the smaller
  // term of a sum to three bits below the result's last before it rounds: an eighth of an epsilon more.
  const double epsilon = GetParam().epsilon;
  const Values product = read(multiply(send(a), send(b))), scaled = read(multiply(send(a), 0.1f));
  const Values sum = read(add(send(a), send(b))), difference = read(subtract(send(a), send(b)));
  const Values quotient = read(divide(send(a), 3.0f));
  for (std::size_t i = 0; i < av.size(); ++i) {
    ASSERT_NEAR(product[i], av[i] * bv[i], 5 * epsilon * std::fabs(av[i] * bv[i]));
    ASSERT_NEAR(scaled[i], av[i] * double{0.1f}, 7 * epsilon * std::fabs(av[i]) * 0.1);
    ASSERT_NEAR(quotient[i], av[i] / 3, 7 * epsilon * std::fabs(av[i]) / 3);
    ASSERT_NEAR(sum[i], av[i] + bv[i], 1.125 * epsilon * (std::fabs(av[i]) + std::fabs(bv[i])));
    ASSERT_NEAR(difference[i], av[i] - bv[i],
                1.125 * epsilon * (std::fabs(av[i]) + std::fabs(bv[i])));
  }
}

TEST_P(OpsConformance, TransposeAndReshapeMoveValues) {
  const Tensor input = testing::uniform_tensor({7, 45}, 8);
  const Tensor moved = transpose(send(input));
  EXPECT_EQ(moved.shape(), Shape({45, 7}));
  EXPECT_EQ(read(moved), testing::transpose(seen(input), 7, 45));
  EXPECT_EQ(read(transpose(moved)), seen(input));
  const Tensor aligned = testing::uniform_tensor({64, 32}, 9);
  EXPECT_EQ(read(reshape(send(aligned), {32, 64})), seen(aligned));
}

TEST_P(OpsConformance, ResultsStayOnTheirDevice) {
  const Tensor x = send(testing::uniform_tensor({6, 6}, 10));
  EXPECT_EQ(softmax(x).device_name(), GetParam().device);
  EXPECT_EQ(to_host(softmax(x)).device_name(), "cpu");
}

constexpr double bf16_epsilon = 0.00390625;  // 2^-8, half a unit in the last of 8 bits
constexpr double f32_epsilon = 5.9604645e-8;

INSTANTIATE_TEST_SUITE_P(Devices, OpsConformance,
                         ::testing::Values(Case{"reference", DType::f64, 1.2e-16, 0.0},
                                           Case{"cpu", DType::f32, f32_epsilon, 1e-6},
                                           Case{"cpu", DType::bf16, bf16_epsilon, 0.0},
                                           Case{"wormhole", DType::bf16, bf16_epsilon, 0.08}),
                         [](const ::testing::TestParamInfo<Case>& tested) {
                           return std::string(tested.param.device) + "_" +
                                  std::string(to_string(tested.param.dtype));
                         });

}  // namespace
}  // namespace wattention
