// The same cases on every device and dtype, each within the bound that its contract states.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <cmath>
#include <string>

#include "conformance/promises.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::Values;

using testing::Promise;

Values magnitudes_of(Values values) {
  for (double& value : values) value = std::fabs(value);
  return values;
}

class OpsConformance : public ::testing::TestWithParam<Promise> {
 protected:
  void SetUp() override { device_ = open_device(GetParam().device); }

  // What the device sees of an f32 tensor: the values rounded to its dtype.
  Tensor rounded(const Tensor& host) const { return host.to(GetParam().dtype); }
  Tensor send(const Tensor& host) const { return to_device(rounded(host), device_); }
  Values seen(const Tensor& host) const { return testing::values_of(rounded(host)); }
  static Values read(const Tensor& tensor) { return testing::values_of(to_host(tensor)); }

  Device device_;
};

// |error| <= epsilon |result| + sum_error(K) sum |a b|, for each element by its own sums.
void expect_products(const Values& found, const Values& a, const Values& b,
                     const std::array<std::int64_t, 3>& sizes, const Promise& tested) {
  const auto [rows, inner, cols] = sizes;
  const Values expected = testing::matmul(a, b, rows, inner, cols);
  const Values magnitudes = testing::matmul(magnitudes_of(a), magnitudes_of(b), rows, inner, cols);
  const double sum_error = tested.sum_error(static_cast<double>(inner));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(found[i], expected[i],
                tested.epsilon * std::fabs(expected[i]) + sum_error * magnitudes[i])
        << rows << "x" << inner << "x" << cols << " at " << i;
}

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
    expect_products(read(matmul(send(a), send(b))), seen(a), seen(b), {rows, inner, cols},
                    GetParam());
    const Tensor b_transposed = to_host(transpose(send(b)));
    const Values by_rows = read(matmul(
        send(a), to_device(b_transposed.to(GetParam().dtype), device_), {.transpose_b = true}));
    expect_products(by_rows, seen(a), seen(b), {rows, inner, cols}, GetParam());
    // cuBLAS has other kernels for it, and cpu for a few rows, which sum in another order.
    const bool by_others = device_.name() == "cuda" || (device_.name() == "cpu" && rows <= 16);
    if (!by_others) {
      EXPECT_EQ(by_rows, read(matmul(send(a), send(b))));
    }
  }
}

TEST_P(OpsConformance, MatmulWithFoldedBatch) {
  const Tensor a = testing::uniform_tensor({3, 5, 16}, 3), b = testing::uniform_tensor({16, 9}, 4);
  const Tensor out = matmul(send(a), send(b));
  EXPECT_EQ(out.shape(), Shape({3, 5, 9}));
  expect_products(read(out), seen(a), seen(b), {15, 16, 9}, GetParam());
}

TEST_P(OpsConformance, SoftmaxRows) {
  for (const auto& [rows, cols] : {std::array<std::int64_t, 2>{1, 1}, {6, 6}, {3, 32}, {40, 100}}) {
    const Tensor input = testing::uniform_tensor({rows, cols}, 5, 3.0f);
    const Values expected = testing::softmax_rows(seen(input), rows, cols);
    const Values found = read(softmax(send(input)));
    const double relative = GetParam().softmax_error +
                            GetParam().sum_error(static_cast<double>(cols)) + GetParam().epsilon;
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(found[i], expected[i], relative * expected[i])
          << rows << "x" << cols << " at " << i;
  }
}

TEST_P(OpsConformance, Elementwise) {
  const Tensor a = testing::uniform_tensor({33, 40}, 6), b = testing::uniform_tensor({33, 40}, 7);
  const Values av = seen(a), bv = seen(b);
  const double epsilon = GetParam().epsilon;
  const double by_tensor = GetParam().product_roundings * epsilon,
               by_number = GetParam().number_roundings * epsilon;
  const auto sum_bound = [&](double result, double first, double second) {
    return epsilon * std::fabs(result) +
           GetParam().alignment * epsilon * (std::fabs(first) + std::fabs(second));
  };
  const Values product = read(multiply(send(a), send(b))), scaled = read(multiply(send(a), 0.1f));
  const Values sum = read(add(send(a), send(b))), difference = read(subtract(send(a), send(b)));
  const Values quotient = read(divide(send(a), 3.0f));
  for (std::size_t i = 0; i < av.size(); ++i) {
    ASSERT_NEAR(product[i], av[i] * bv[i], by_tensor * std::fabs(av[i] * bv[i]));
    ASSERT_NEAR(scaled[i], av[i] * double{0.1f}, by_number * std::fabs(av[i] * double{0.1f}));
    ASSERT_NEAR(quotient[i], av[i] / 3, by_number * std::fabs(av[i] / 3));
    ASSERT_NEAR(sum[i], av[i] + bv[i], sum_bound(av[i] + bv[i], av[i], bv[i]));
    ASSERT_NEAR(difference[i], av[i] - bv[i], sum_bound(av[i] - bv[i], av[i], bv[i]));
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

INSTANTIATE_TEST_SUITE_P(Devices, OpsConformance, ::testing::ValuesIn(testing::kept_promises()),
                         [](const ::testing::TestParamInfo<Promise>& tested) {
                           return std::string(tested.param.device) + "_" +
                                  std::string(to_string(tested.param.dtype));
                         });

}  // namespace
}  // namespace wattention
