#include <gtest/gtest.h>
#include <wattention/interval.h>

namespace wattention {
namespace {

TEST(Interval, SumsAndScalesEachEnd) {
  const Interval a{2, 1, 4}, b{0.5, 0.25, 1};
  EXPECT_EQ(a + b, (Interval{2.5, 1.25, 5}));
  EXPECT_EQ(a * 8, (Interval{16, 8, 32}));
  EXPECT_EQ(a / 4, (Interval{0.5, 0.25, 1}));
}

TEST(Interval, OverlapsWhereBothCouldBeOneNumber) {
  const Interval a{2, 1, 3};
  EXPECT_TRUE(overlap(a, {4, 3, 5}));  // the ends touch
  EXPECT_TRUE(overlap({4, 3, 5}, a));
  EXPECT_FALSE(overlap(a, {4, 3.001, 5}));
  EXPECT_FALSE(overlap({4, 3.001, 5}, a));
  EXPECT_TRUE(overlap(a, {2.5, 2.4, 2.6}));  // one inside the other
}

}  // namespace
}  // namespace wattention
