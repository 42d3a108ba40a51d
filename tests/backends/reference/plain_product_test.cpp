// The kernel plain_f64 against the compensated one.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <cmath>

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

}  // namespace
}  // namespace wattention
