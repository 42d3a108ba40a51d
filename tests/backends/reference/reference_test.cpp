// The oracle itself, against closed forms.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/ops.h>

#include <array>
#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "base/interrupt.h"
#include "device/attention_formula.h"
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
  const auto in = input.values<float>();
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 5; ++k) {
      long double sum = 0;
      for (int j = 0; j < 4; ++j)
        sum += std::exp(static_cast<long double>(in[(i * 4 + j) * 5 + k]));
      for (int j = 0; j < 4; ++j) {
        const int at = (i * 4 + j) * 5 + k;
        const auto expected = static_cast<double>(std::exp(static_cast<long double>(in[at])) / sum);
        EXPECT_NEAR(values[at], expected, 8 * 0x1p-53 * expected) << at;
      }
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

// Under ThreadSanitizer also the test that nobody touches the reports without their lock.
TEST(Reference, ReportsOfSeveralThreadsAreAllKept) {
  constexpr int callers = 3, ops = 3000;
  Device device = open_device("reference", {.threads = 1, .explain = true});
  const Tensor x = to_device(Tensor{{1, 2}}, device);
  std::atomic<int> running{callers};
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller)
    threads.emplace_back([&] {
      for (int op = 0; op < ops; ++op) add(x, x);
      --running;
    });
  std::size_t reports = 0;
  while (running > 0) reports += device.take_reports().size();
  for (std::thread& thread : threads) thread.join();
  reports += device.take_reports().size();
  EXPECT_EQ(reports, std::size_t{callers * ops});
}

TEST(Reference, ALongRowOfAttentionEndsWhenAsked) {
  const Tensor query = Tensor::zeros({1, 1}), keys = Tensor::zeros({1000, 1});
  const OpCall call{Op::scaled_dot_product_attention, {query, keys, keys}, {}, {}, {1, 1}};
  double context = 0;
  attend_by_formula(AttentionView(call), 0, 0, 0, &context);
  const StopFlag stop = true;
  const InterruptibleScope scope(&stop);
  EXPECT_THROW(attend_by_formula(AttentionView(call), 0, 0, 0, &context), Error);
}

TEST(Reference, InfinitiesStayInfinite) {
  const Device device = open_device("reference");
  const Tensor a = to_device(Tensor{{INFINITY, 1}}, device),
               b = to_device(Tensor{{2}, {3}}, device);
  EXPECT_EQ(to_host(matmul(a, b)).values<double>()[0], INFINITY);
}

}  // namespace
}  // namespace wattention
