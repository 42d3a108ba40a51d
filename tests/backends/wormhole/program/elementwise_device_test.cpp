// Element-wise ops through the device against closed expectations.
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

Tensor small_integers(const Shape& shape, int from) {
  Tensor tensor = Tensor::empty(shape);
  float value = static_cast<float>(from);
  for (float& element : tensor.mutable_values<float>()) element = value++;
  return tensor;
}

// Small integers have short mantissas: every result is exact, so plain arithmetic judges.
TEST(ElementwiseDevice, ExactOnSmallIntegers) {
  const auto device = open();
  const Tensor left = small_integers({3, 5}, -7), right = small_integers({3, 5}, 2);
  const Tensor a = device->upload(left, {}), b = device->upload(right, {});
  const Tensor sum = device->download(device->add(a, b));
  const Tensor difference = device->download(device->subtract(a, b));
  const Tensor product = device->download(device->multiply(a, b));
  const Tensor scaled = device->download(device->multiply(a, -0.5f));
  for (std::size_t i = 0; i < 15; ++i) {
    const float x = left.values<float>()[i], y = right.values<float>()[i];
    EXPECT_EQ(sum.values<bfloat16>()[i], bfloat16(x + y));
    EXPECT_EQ(difference.values<bfloat16>()[i], bfloat16(x - y));
    EXPECT_EQ(product.values<bfloat16>()[i], bfloat16(x * y));
    EXPECT_EQ(scaled.values<bfloat16>()[i], bfloat16(x * -0.5f));
  }
}

// 0.1 is 0x3DCCCCCD: cut to 0x3DCC, where rounding would give 0x3DCD.
TEST(ElementwiseDevice, TheScalarIsCutNotRounded) {
  const auto device = open();
  const Tensor one = device->upload(small_integers({1, 1}, 1), {});
  EXPECT_EQ(bits(device->download(device->multiply(one, 0.1f))).at(0), 0x3DCC);
}

// 1 / 3 = 0x3EAAAAAB in f32, cut to 0x3EAA: 3 * that is below 1.
TEST(ElementwiseDevice, DivisionMultipliesByTheCutReciprocal) {
  const auto device = open();
  const Tensor one = device->upload(small_integers({1, 1}, 1), {});
  EXPECT_EQ(bits(device->download(device->divide(one, 3.0f))).at(0), 0x3EAA);
  const Tensor same = device->upload(random_tensor({9, 9}), {});
  EXPECT_EQ(bits(device->download(device->divide(same, 7.0f))),
            bits(device->download(device->multiply(same, 1.0f / 7.0f))));
}

TEST(ElementwiseDevice, ABatchOfOneEqualsItsMatrix) {
  const auto device = open();
  const Tensor host = random_tensor({4, 6}, 3);
  const Tensor flat = device->upload(host, {});
  const Tensor batched = device->upload(host.view({1, 4, 6}), {});
  const Tensor sum = device->add(flat, batched);
  EXPECT_EQ(sum.shape(), (Shape{1, 4, 6}));
  EXPECT_EQ(bits(device->download(sum)), bits(device->download(device->add(flat, flat))));
}

}  // namespace
}  // namespace wattention::wormhole
