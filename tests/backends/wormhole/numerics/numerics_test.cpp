// The units one by one: printed anchors, IEEE arithmetic where a unit must agree with it, and what bf16 cannot show.
#include <gtest/gtest.h>
#include <wattention/dtype.h>

#include <cmath>
#include <random>

#include "backends/wormhole/kernels/softmax_0_57.h"

namespace wattention::wormhole {
namespace {

float value(Word pattern) {
  return std::bit_cast<float>(pattern);
}
Word pattern(float number) {
  return std::bit_cast<Word>(number);
}

struct Anchor {
  float x;
  Bits expected;
};

TEST(ExpApprox, Anchors) {
  constexpr Anchor anchors[] = {{0, 0x3f7a},     {1, 0x4033},   {-1, 0x3ec1},   {0.5f, 0x3fd6},
                                {-0.5f, 0x3f1e}, {10, 0x46b1},  {-10, 0x3844},  {80, 0x792f},
                                {-80, 0x05c5},   {-88, 0x0000}, {-1000, 0x0000}};
  for (const auto& [x, expected] : anchors)
    EXPECT_EQ(kernels::exp_approx(bfloat16(x).bits), expected) << x;
}

TEST(ExpApprox, SaturatesAboveItsRange) {
  for (const Bits large :
       {Bits{0x42b4}, Bits{0x7f7f}, Bits{0x7f80}, Bits{0x7fc0}})  // 90, largest, infinity, NaN
    EXPECT_EQ(kernels::exp_approx(large), 0x7fff);
  EXPECT_EQ(kernels::exp_approx(Bits{0xffc0}), 0);  // a negative NaN lies below the clamp
}

TEST(ExpApprox, StaysWithinFourPercent) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const float x = bfloat16::from_bits(static_cast<Bits>(bits));
    if (!(std::fabs(x) <= 8)) continue;
    const float found = bfloat16::from_bits(kernels::exp_approx(static_cast<Bits>(bits)));
    ASSERT_NEAR(found / std::exp(x), 1, 0.035) << x;
  }
}

TEST(ReciprocalApprox, Anchors) {
  constexpr Anchor anchors[] = {{1, 0x3f7e},    {2, 0x3efe},    {3, 0x3eaa},
                                {6, 0x3e2a},    {7, 0x3e11},    {32, 0x3cfe},
                                {1024, 0x3a7e}, {1072, 0x3a73}, {-2, 0xbefe}};
  for (const auto& [x, expected] : anchors)
    EXPECT_EQ(kernels::reciprocal_approx(bfloat16(x).bits), expected) << x;
}

/// Random fp32 patterns with exponents around 1.
class Floats {
 public:
  float next() {
    return value(
        compose(engine_() % 2 == 0, 100 + static_cast<int>(engine_() % 54), engine_() & 0x7fffff));
  }

 private:
  std::mt19937 engine_{2025};
};

TEST(Sfpmad, IsFloatMultiplicationWhenNothingIsAdded) {
  Floats floats;
  for (int i = 0; i < 100000; ++i) {
    const float x = floats.next(), y = floats.next();
    ASSERT_EQ(sfpmad(pattern(x), pattern(y), 0), pattern(x * y)) << x << " * " << y;
  }
}

TEST(Sfpmad, IsFloatAdditionWhenMultiplyingByOne) {
  Floats floats;
  for (int i = 0; i < 100000; ++i) {
    const float x = floats.next(), y = floats.next();
    ASSERT_EQ(sfpmad(pattern(x), pattern(1), pattern(y)), pattern(x + y)) << x << " + " << y;
  }
}

TEST(AddInL1, IsFloatAdditionInFp32) {
  Floats floats;
  for (int i = 0; i < 100000; ++i) {
    const float x = floats.next(), y = floats.next();
    ASSERT_EQ(add_in_l1(pattern(x), pattern(y), DstFormat::fp32), pattern(x + y))
        << x << " + " << y;
  }
}

TEST(AddInL1, IsNearestEvenOfTheExactSumInBf16) {
  Floats floats;
  for (int i = 0; i < 100000; ++i) {
    const float x = bfloat16(floats.next()), y = bfloat16(floats.next());
    // Exponents differ by less than 54, mantissas have 8 bits: a double holds the sum but for a far-away last bit.
    const double sum = double{x} + double{y};
    ASSERT_EQ(add_in_l1(pattern(x), pattern(y), DstFormat::bf16),
              widen(bfloat16(static_cast<float>(sum)).bits))
        << x << " + " << y;
  }
}

TEST(Elwmul, AFourthPhaseNeverMattersInBf16) {
  // Phase 3 lies 12 bits below phase 0 and has less than 2^11 units: less than half of Dst's last one.
  for (unsigned a = 0; a < 128; ++a)
    for (unsigned b = 0; b < 128; ++b) {
      const auto x = static_cast<Bits>(0x3f80 | a), y = static_cast<Bits>(0x3f80 | b);
      ASSERT_EQ(kernels::multiply(x, y, 3), kernels::multiply(x, y, 4));
    }
}

TEST(Elwadd, IsExactWhereBf16Is) {
  for (int x = -64; x <= 64; ++x)
    for (int y = -64; y <= 64; ++y) {
      const Bits a = bfloat16(static_cast<float>(x)).bits, b = bfloat16(static_cast<float>(y)).bits;
      ASSERT_EQ(kernels::add(a, b), bfloat16(static_cast<float>(x + y)).bits);
      ASSERT_EQ(kernels::subtract(a, b), bfloat16(static_cast<float>(x - y)).bits);
    }
}

TEST(Gmpool, TakesTheLargerInSignAndMagnitude) {
  EXPECT_EQ(gmpool(0x3f80, lowest_bits), 0x3f80);
  EXPECT_EQ(gmpool(0xc000, 0xbf80), 0xbf80);  // -2, -1
  EXPECT_EQ(gmpool(0xff80, lowest_bits), 0xff80);
  EXPECT_EQ(gmpool(0x8001, 0xbf80), 0x0000);  // a denormal is +0
}

}  // namespace
}  // namespace wattention::wormhole
