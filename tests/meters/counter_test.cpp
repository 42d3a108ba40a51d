#include "meters/counter.h"

#include <gtest/gtest.h>

namespace wattention {
namespace {

constexpr PlausiblePower plausible{1, 1000};

// Micro-joules over one second unless said otherwise.
CounterStep step(std::uint64_t first, std::uint64_t last, std::uint64_t range = 0) {
  return counter_step({first, last, range, 1e-6, 1.0}, plausible);
}

TEST(Counter, CountsForward) {
  EXPECT_DOUBLE_EQ(*step(1'000'000, 51'000'000).joules, 50.0);
}

TEST(Counter, CountsThroughAWrap) {
  // 20 J before the wrap at 262 J, 30 J after it.
  EXPECT_DOUBLE_EQ(*step(242'000'000, 30'000'000, 262'000'000).joules, 50.0);
}

TEST(Counter, AJumpBackIsNoWrap) {
  // Read as a wrap this would be 162 J + 99 J within range, but in a hundredth of a second.
  const auto back = counter_step({100'000'000, 99'000'000, 262'000'000, 1e-6, 0.01}, plausible);
  EXPECT_FALSE(back.joules);
  EXPECT_NE(back.reason.find("jumped back"), std::string::npos);
  EXPECT_FALSE(step(100, 50).joules);  // no range, no wrap
}

TEST(Counter, StuckIsNotZero) {
  EXPECT_FALSE(step(7, 7).joules);
  EXPECT_NE(step(7, 7).reason.find("stuck at 7"), std::string::npos);
}

TEST(Counter, PlausibleBoundsHoldOnBothSides) {
  EXPECT_TRUE(step(1, 1'000'001).joules);       // exactly 1 W
  EXPECT_FALSE(step(1, 1'000'000).joules);      // a micro-watt less
  EXPECT_TRUE(step(1, 1'000'000'001).joules);   // exactly 1000 W
  EXPECT_FALSE(step(1, 1'000'000'002).joules);  // a micro-watt more
}

TEST(Counter, AThousandfoldUnitErrorIsRefused) {
  for (const double watts : {5.0, 50.0, 300.0}) {
    const auto counts = static_cast<std::uint64_t>(watts * 1e6);
    EXPECT_TRUE(step(1, 1 + counts).joules);
    EXPECT_FALSE(step(1, 1 + counts * 1000).joules);
    EXPECT_FALSE(step(1, 1 + counts / 1000).joules);
  }
}

}  // namespace
}  // namespace wattention
