// The kernel plain_f64 against the compensated one.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <cmath>
#include <limits>
#include <vector>

#include "oracle.h"

namespace wattention {
namespace {

// |found - exact| <= K u sum |a| |b|: K roundings in any order, each at most 2^-53 of a partial sum.
void expect_near(const Shape& a_shape, const Shape& b_shape, bool transposed) {
  const Tensor a = testing::uniform_tensor(a_shape, 1), b = testing::uniform_tensor(b_shape, 2);
  const auto product = [&](const char* kernel) {
    const Device device = open_device("reference", {.threads = 2, .kernel = kernel});
    return to_host(matmul(to_device(a, device), to_device(b, device), {.transpose_b = transposed}));
  };
  const Tensor plain = product("plain_f64"), exact = product("reference_f64");
  ASSERT_EQ(plain.shape(), exact.shape());
  const auto k = static_cast<double>(a_shape[-1]);
  for (std::int64_t i = 0; i < exact.numel(); ++i)
    ASSERT_NEAR(plain.values<double>()[i], exact.values<double>()[i], k * k * 0x1p-53) << i;
}

TEST(PlainProduct, AgreesWithCompensatedSums) {
  expect_near({1, 1}, {1, 1}, false);
  expect_near({19, 700}, {700, 50}, false);
  expect_near({19, 700}, {50, 700}, true);
  expect_near({3, 2, 33, 64}, {3, 2, 64, 25}, false);
  expect_near({3, 2, 33, 64}, {25, 64}, true);
}

TEST(PlainProduct, StartsFromTheBias) {
  const Device device = open_device("reference", {.kernel = "plain_f64"});
  const Tensor x = to_device(Tensor{{1, 2}, {3, 4}}, device), w = to_device(Tensor{{5, 6}}, device);
  const Tensor bias = to_device(testing::uniform_tensor({1}, 3), device);
  const double b = to_host(bias).values<double>()[0];
  const Tensor out = to_host(linear(x, w, bias));
  EXPECT_EQ(out.values<double>()[0], 17 + b);
  EXPECT_EQ(out.values<double>()[1], 39 + b);
}

Tensor context(const char* kernel, std::vector<Tensor> operands, const OpAttributes& attributes) {
  const Device device = open_device("reference", {.threads = 2, .kernel = kernel});
  for (Tensor& operand : operands)
    if (operand.defined()) operand = to_device(operand, device);
  return to_host(run_op(Op::scaled_dot_product_attention,
                        {.tensors = std::move(operands), .attributes = attributes}));
}

// Weights are at most 1 and sum to 1: the context is off by what the scores are, a few roundings of numbers of size 1.
void expect_same_context(const std::vector<Tensor>& operands, const OpAttributes& attributes) {
  const Tensor plain = context("plain_f64", operands, attributes);
  const Tensor exact = context("reference_f64", operands, attributes);
  ASSERT_EQ(plain.shape(), exact.shape());
  for (std::int64_t i = 0; i < exact.numel(); ++i) {
    const double found = plain.values<double>()[i], wanted = exact.values<double>()[i];
    if (std::isnan(wanted))
      ASSERT_TRUE(std::isnan(found)) << i;
    else
      ASSERT_NEAR(found, wanted, 1e-13) << i;
  }
}

TEST(PlainAttention, AgreesWithTheFormula) {
  const Tensor q = testing::uniform_tensor({2, 4, 70, 24}, 1);
  const Tensor k = testing::uniform_tensor({2, 2, 90, 24}, 2);
  const Tensor v = testing::uniform_tensor({2, 2, 90, 40}, 3);
  expect_same_context({q, k, v}, {});
  expect_same_context({q, k, v}, {.is_causal = true});
  expect_same_context({q, k, v}, {.is_causal = true, .window_left = 5});
  expect_same_context({q, k, v}, {.scale = 0.3, .softcap = 2.0});
  expect_same_context({q, k, v, testing::uniform_tensor({2, 1, 70, 90}, 4)}, {});
}

TEST(PlainAttention, FusedHeadsHaveStridesOfTheirOwn) {
  const Tensor x = testing::uniform_tensor({2, 40, 64}, 1);
  expect_same_context({x, x, x}, {.heads = 4, .is_causal = true});
}

TEST(PlainAttention, KeysThatNobodySeesMayHoldAnything) {
  const Tensor q = testing::uniform_tensor({1, 1, 40, 8}, 1);
  Tensor k = testing::uniform_tensor({1, 1, 40, 8}, 2),
         v = testing::uniform_tensor({1, 1, 40, 8}, 3);
  k.mutable_values<float>()[39 * 8] = std::numeric_limits<float>::quiet_NaN();
  v.mutable_values<float>()[39 * 8 + 1] = std::numeric_limits<float>::infinity();
  expect_same_context({q, k, v}, {.is_causal = true});
}

}  // namespace
}  // namespace wattention
