#include <gtest/gtest.h>
#include <wattention/dtype.h>
#include <wattention/error.h>

#include <cmath>
#include <limits>

namespace wattention {
namespace {

// The nearest bf16 by search over its two neighbours, in double: independent of the bit trick.
std::uint16_t nearest_by_distance(float value) {
  const auto below = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
  const auto above = static_cast<std::uint16_t>(below + 1);
  const double low = std::fabs(double{value} - static_cast<double>(bfloat16::from_bits(below)));
  const double high = std::fabs(static_cast<double>(bfloat16::from_bits(above)) - double{value});
  if (low != high) return low < high ? below : above;
  return below % 2 == 0 ? below : above;
}

TEST(Bfloat16, RoundsToNearestEven) {
  std::uint32_t word = 0x12345678;
  for (int i = 0; i < 200000; ++i) {
    word = word * 1664525u + 1013904223u;
    const auto value = std::bit_cast<float>(word);
    if (!std::isfinite(value) || std::fabs(value) > 3e38f) continue;
    ASSERT_EQ(bfloat16(value).bits, nearest_by_distance(value)) << value;
  }
}

TEST(Bfloat16, TiesGoToEven) {
  EXPECT_EQ(bfloat16(std::bit_cast<float>(0x3f808000u)).bits, 0x3f80);
  EXPECT_EQ(bfloat16(std::bit_cast<float>(0x3f818000u)).bits, 0x3f82);
}

TEST(Bfloat16, OverflowsToInfinityAndKeepsNan) {
  EXPECT_EQ(bfloat16(std::numeric_limits<float>::max()).bits, 0x7f80);
  EXPECT_TRUE(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(0x7f800001u)))));
  EXPECT_TRUE(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(0xffffffffu)))));
}

TEST(DType, WordsRoundTrip) {
  for (const DType dtype : all_dtypes) EXPECT_EQ(parse_dtype(to_string(dtype)), dtype);
  EXPECT_THROW(parse_dtype("fp8"), Error);
  EXPECT_EQ(parse_float_dtype("f64"), DType::f64);
  EXPECT_THROW(parse_float_dtype("int32"), Error);
}

TEST(DType, TilesOfBlockFormatsHoldAnExponentForSixteenElements) {
  EXPECT_EQ(tile_bytes(DType::bfloat8_b), 1088u);
  EXPECT_EQ(tile_bytes(DType::bfloat4_b), 576u);
  EXPECT_EQ(tile_bytes(DType::bf16), 2048u);
  EXPECT_EQ(tile_bytes(DType::uint32), 4096u);
}

}  // namespace
}  // namespace wattention
