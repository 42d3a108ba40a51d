// Block floats on the host: against float64, by hand, and as the real library packed and read them.
#include "tensor/block_float.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/npy.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

namespace wattention {
namespace {

std::uint32_t pattern(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

std::vector<float> rounded(const std::vector<float>& values, std::int64_t length, int bits) {
  std::vector<bfloat16> out(values.size());
  round_to_blocks(values, length, bits, out);
  return {out.begin(), out.end()};
}

// |value| in units of the block's last bit: cut to 24 bits below the largest exponent, then rounded to even.
double expected(float value, int largest, int bits) {
  const double unit = std::ldexp(1, largest - bits + 1);
  const double cut = std::ldexp(1, largest - 23);
  const double kept = std::trunc(std::fabs(static_cast<double>(value)) / cut) * cut;
  return std::copysign(std::min(std::nearbyint(kept / unit), std::ldexp(1, bits) - 1) * unit,
                       value);
}

// One element against a power of two beside it, at every distance: mantissas with ties, and just beside them.
TEST(BlockFloat, IsFloat64sRoundingAtEveryDistance) {
  for (const int bits : {bfloat8_magnitude_bits, bfloat4_magnitude_bits})
    for (const int largest : {-100, -1, 0, 1, 90})
      for (int distance = 0; distance < 30; ++distance)
        for (std::uint32_t upper = 0; upper < 512; ++upper)
          for (const std::uint32_t lower : {0u, 1u, 0x1fffu, 0x2000u, 0x3fffu}) {
            const float value = std::ldexp(std::bit_cast<float>(0x3f800000u | upper << 14 | lower),
                                           largest - distance);
            const float beside = std::ldexp(1.0f, largest);
            const float found = rounded({upper % 2 ? -value : value, beside}, 2, bits)[0];
            ASSERT_EQ(found, expected(upper % 2 ? -value : value, largest, bits))
                << value << " beside " << beside << ", " << bits << " bits";
          }
}

TEST(BlockFloat, SaturatesInItsExponent) {
  EXPECT_EQ(rounded({std::nextafter(2.0f, 0.0f)}, 1, 7)[0], 127.0f / 64);
  EXPECT_EQ(rounded({1.96875f}, 1, 3)[0], 1.75f);
}

TEST(BlockFloat, HasOneZeroAndNoDenormals) {
  for (const float value : rounded({-0.0f, 1e-40f, -1e-40f, 1e-30f, 0, 1}, 6, 7))
    EXPECT_EQ(pattern(value), value == 1 ? pattern(1) : 0u);
}

// Infinity takes all others of its block along; a NaN stays one where its upper bits say so.
TEST(BlockFloat, KeepsInfinities) {
  const auto infinite = rounded({INFINITY, -INFINITY, 3, -0x1p126f}, 4, 7);
  EXPECT_EQ(infinite[0], INFINITY);
  EXPECT_EQ(infinite[1], -INFINITY);
  EXPECT_EQ(infinite[2], 0);
  EXPECT_EQ(infinite[3], -0x1p126f);  // a quarter of what the exponent stands for
  EXPECT_TRUE(std::isnan(rounded({NAN}, 1, 7)[0]));
}

// What is read below the least exponent: nothing, or the pattern without its hidden bit.
TEST(BlockFloat, ReadsBelowTheLeastExponent) {
  EXPECT_EQ(read_block_element(0x41, 1, 7).bits, 1u << 7 | 1u << 1);
  EXPECT_EQ(read_block_element(0x21, 1, 7).bits, 1u << 2);
  EXPECT_EQ(read_block_element(0x11, 1, 7).bits, 0u);
  EXPECT_EQ(read_block_element(0xa1, 1, 7).bits, 0x8000u | 1u << 2);
}

TEST(BlockFloat, BeginsBlocksWithEachRow) {
  std::vector<float> values(40, 1);
  values[19] = 1024;  // the last of row 0
  const auto out = rounded(values, 20, 3);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(out[i], i >= 16 && i < 19 ? 0 : values[i]) << i;
}

TEST(BlockFloat, PacksAndReadsAsTheLibrary) {
  for (const int bits : {bfloat8_magnitude_bits, bfloat4_magnitude_bits}) {
    const std::string name =
        fmt::format("{}/tests/golden/wormhole_library/0.81/blocks/host_bfloat{}_b_",
                    WATTENTION_SOURCE_DIR, bits + 1);
    const Tensor given = load_npy(name + "given.npy"), read = load_npy(name + "read.npy");
    const auto values = given.values<float>();
    const auto out = rounded({values.begin(), values.end()}, given.size(-1), bits);
    for (std::size_t i = 0; i < out.size(); ++i)
      ASSERT_EQ(pattern(out[i]), pattern(read.values<float>()[i])) << bits << " bits, " << i;
  }
}

}  // namespace
}  // namespace wattention
