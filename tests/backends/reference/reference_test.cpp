// The oracle itself, against closed forms.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <cmath>

#include "oracle.h"

namespace wattention {
namespace {

Tensor on_reference(const Tensor& host) {
  return to_device(host, open_device("reference"));
}

TEST(Reference, CompensatedSumsSurviveCancellation) {
  // 1e16 + 1 - 1e16 is 0 in plain double order, 1 exactly.
  const Device device = open_device("reference");
  const std::array<double, 3> row{1e16, 1.0, -1e16}, ones{1.0, 1.0, 1.0};
  const Tensor a = to_device(Tensor::from(std::span<const double>(row), {1, 3}), device);
  const Tensor b = to_device(Tensor::from(std::span<const double>(ones), {3, 1}), device);
  EXPECT_EQ(to_host(matmul(a, b)).values<double>()[0], 1.0);
}

TEST(Reference, SoftmaxOfEqualValuesIsUniform) {
  const Tensor weights = to_host(softmax(on_reference(Tensor{{1e4f, 1e4f, 1e4f, 1e4f}})));
  for (const double weight : weights.values<double>()) EXPECT_EQ(weight, 0.25);
}

TEST(Reference, SoftmaxOverAnyDimension) {
  const Tensor input = testing::uniform_tensor({3, 4, 5}, 1);
  const Tensor out = to_host(softmax(on_reference(input), {.dim = 1}));
  const auto values = out.values<double>();
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 5; ++k) {
      double sum = 0;
      for (int j = 0; j < 4; ++j) sum += values[(i * 4 + j) * 5 + k];
      EXPECT_NEAR(sum, 1.0, 1e-15);
    }
  }
}

TEST(Reference, PermuteMovesEachElement) {
  const Tensor input = testing::uniform_tensor({2, 3, 4}, 2);
  const std::array<int, 3> order{2, 0, 1};
  const Tensor out = to_host(permute(on_reference(input), order));
  ASSERT_EQ(out.shape(), Shape({4, 2, 3}));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k)
        EXPECT_EQ(out.values<double>()[(k * 2 + i) * 3 + j],
                  input.values<float>()[(i * 3 + j) * 4 + k]);
}

TEST(Reference, InfinitiesStayInfinite) {
  const Device device = open_device("reference");
  const Tensor a = to_device(Tensor{{INFINITY, 1}}, device),
               b = to_device(Tensor{{2}, {3}}, device);
  EXPECT_EQ(to_host(matmul(a, b)).values<double>()[0], INFINITY);
}

}  // namespace
}  // namespace wattention
