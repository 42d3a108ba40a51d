// Element-wise ops through the device against closed expectations.
#include <bit>
#include <cmath>

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
  const Tensor sum = device->download(add(a, b));
  const Tensor difference = device->download(subtract(a, b));
  const Tensor product = device->download(multiply(a, b));
  const Tensor scaled = device->download(multiply(a, -0.5f));
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
  EXPECT_EQ(bits(device->download(multiply(one, 0.1f))).at(0), 0x3DCC);
}

// 1 / 3 = 0x3EAAAAAB in f32, cut to 0x3EAA: 3 * that is below 1.
TEST(ElementwiseDevice, DivisionMultipliesByTheCutReciprocal) {
  const auto device = open();
  const Tensor one = device->upload(small_integers({1, 1}, 1), {});
  EXPECT_EQ(bits(device->download(divide(one, 3.0f))).at(0), 0x3EAA);
  const Tensor same = device->upload(random_tensor({9, 9}), {});
  EXPECT_EQ(bits(device->download(divide(same, 7.0f))),
            bits(device->download(multiply(same, 1.0f / 7.0f))));
}

// The number is cut to bf16 and fills a tile: 0.1 is 0x3DCC there, not the nearest 0x3DCD.
TEST(ElementwiseDevice, ANumberAddsAsATileOfItCutToBf16) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({40, 50}), {});
  Tensor cut = Tensor::empty({40, 50}, DType::bf16);
  for (bfloat16& value : cut.mutable_values<bfloat16>()) value = bfloat16::from_bits(0x3dcc);
  const Tensor tile = device->upload(cut, {});
  EXPECT_EQ(bits(device->download(add(a, 0.1))), bits(device->download(add(a, tile))));
  EXPECT_EQ(bits(device->download(subtract(a, 0.1))), bits(device->download(subtract(a, tile))));
}

// All 65,536 patterns. The real library of release 0.81 gives the same bits (cases u_relu, v_nanbits_relu).
TEST(ElementwiseDevice, ReluOfEveryPattern) {
  const auto device = open();
  Tensor all = Tensor::empty({256, 256}, DType::bf16);
  std::uint16_t pattern = 0;
  for (bfloat16& value : all.mutable_values<bfloat16>()) value = bfloat16::from_bits(pattern++);
  const auto found = bits(device->download(relu(device->upload(all, {}))));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const float value = bfloat16::from_bits(static_cast<std::uint16_t>(i));
    const bool denormal = (i & 0x7f80) == 0;
    const bool positive_nan = std::isnan(value) && !std::signbit(value);
    const float expected = positive_nan ? INFINITY : value > 0 && !denormal ? value : 0.0f;
    ASSERT_EQ(found[i], bfloat16(expected).bits) << std::hex << i;
  }
}

// All 65,536 patterns against a number, as IEEE compares them; denormals count as zero, NaNs as beyond infinity.
TEST(ElementwiseDevice, ComparisonsOfEveryPatternWithANumber) {
  const auto device = open();
  Tensor all = Tensor::empty({256, 256}, DType::bf16);
  std::uint16_t pattern = 0;
  for (bfloat16& value : all.mutable_values<bfloat16>()) value = bfloat16::from_bits(pattern++);
  const Tensor on_device = device->upload(all, {});
  for (const float number : {0.0f, 0.1f, -3.0f, 1e30f}) {
    const auto ones = [&](Tensor (*op)(const Tensor&, double, const OpAttributes&)) {
      return bits(device->download(op(on_device, number, {})));
    };
    const auto equal = ones(eq), differ = ones(ne), below = ones(lt), above = ones(gt),
               at_most = ones(le), at_least = ones(ge), larger = ones(maximum),
               smaller = ones(minimum);
    for (std::size_t i = 0; i < equal.size(); ++i) {
      const auto bits16 = static_cast<std::uint16_t>(i);
      float value = bfloat16::from_bits(bits16);
      if (std::isnan(value)) value = (bits16 & 0x8000) != 0 ? -INFINITY : INFINITY;
      if ((bits16 & 0x7f80) == 0) value = 0;
      const auto one_if = [](bool holds) { return holds ? 0x3f80 : 0; };
      ASSERT_EQ(equal[i], one_if(value == number)) << std::hex << i;
      ASSERT_EQ(differ[i], one_if(value != number)) << std::hex << i;
      ASSERT_EQ(below[i], one_if(value < number)) << std::hex << i;
      ASSERT_EQ(above[i], one_if(value > number)) << std::hex << i;
      ASSERT_EQ(at_most[i], one_if(value <= number)) << std::hex << i;
      ASSERT_EQ(at_least[i], one_if(value >= number)) << std::hex << i;
      if (std::isinf(value)) continue;
      const auto cut = [](float f) {
        return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(f) >> 16);
      };
      ASSERT_EQ(larger[i], cut(std::max(value, number))) << std::hex << i;
      ASSERT_EQ(smaller[i], cut(std::min(value, number)) & (value == 0 && number == 0 ? 0 : 0xffff))
          << std::hex << i;
    }
  }
}

// From 65,536 elements on logarithms and powers are looked up.
TEST(ElementwiseDevice, PowersOfLargeTensorsAreThoseOfSmallOnes) {
  const auto device = open();
  Tensor a = Tensor::empty({256, 256}, DType::bf16), b = Tensor::empty({256, 256}, DType::bf16);
  std::mt19937 engine(3);
  for (std::size_t i = 0; i < 65536; ++i) {
    a.mutable_values<bfloat16>()[i] = bfloat16::from_bits(static_cast<std::uint16_t>(i));
    const bool is_whole = engine() % 2 == 0;
    b.mutable_values<bfloat16>()[i] =
        is_whole ? bfloat16(static_cast<float>(engine() % 19) - 9)
                 : bfloat16::from_bits(static_cast<std::uint16_t>(engine()));
  }
  const auto raised = [&](const Tensor& base, const Tensor& power) {
    return bits(device->download(pow(device->upload(base, {}), device->upload(power, {}))));
  };
  const auto found = raised(a, b);
  for (int row = 0; row < 256; row += 32) {
    const auto rows = [&](const Tensor& tensor) {
      return slice(tensor, {row, 0}, {row + 32, 256});
    };
    const auto expected = raised(rows(a), rows(b));
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), found.begin() + row * 256)) << row;
  }
}

}  // namespace
}  // namespace wattention::wormhole
