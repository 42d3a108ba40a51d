#include "report/axis.h"

#include <gtest/gtest.h>

namespace wattention::report {
namespace {

TEST(Axis, LinearEndsOnARoundValue) {
  const Axis axis = Axis::linear(0.56, {100, 200});
  EXPECT_EQ(axis.ticks().size(), 4u);  // 0, 0.2, 0.4, 0.6
  EXPECT_DOUBLE_EQ(axis.ticks().back(), 0.6);
  EXPECT_DOUBLE_EQ(axis.at(0), 100);
  EXPECT_DOUBLE_EQ(axis.at(0.3), 150);
}

TEST(Axis, LogarithmicHoldsAllValuesBetweenRoundOnes) {
  const Axis axis = Axis::logarithmic({7, 380}, {300, 0});  // upwards, as y is drawn
  EXPECT_DOUBLE_EQ(axis.values().low, 5);
  EXPECT_DOUBLE_EQ(axis.values().high, 500);
  EXPECT_EQ(axis.ticks(), (std::vector<double>{5, 10, 20, 50, 100, 200, 500}));
  EXPECT_NEAR(axis.at(50), 150, 1e-9);
}

TEST(Axis, NarrowOnesCarryDecadesOnly) {
  EXPECT_EQ(Axis::logarithmic({7, 380}, {0, 100}).ticks(), (std::vector<double>{10, 100}));
}

TEST(Axis, OneValueHasRoomToo) {
  const Axis axis = Axis::logarithmic({100}, {0, 90});
  EXPECT_LT(axis.values().low, axis.values().high);
  EXPECT_GE(axis.at(100), 0);
  EXPECT_LE(axis.at(100), 90);
}

TEST(Axis, TickTextIsShort) {
  EXPECT_EQ(tick_text(0.05), "0.05");
  EXPECT_EQ(tick_text(2000), "2000");
  EXPECT_EQ(tick_text(10000), "10k");
  EXPECT_EQ(tick_text(2e6), "2M");
}

TEST(SpreadApart, KeepsOrderGapAndLimits) {
  EXPECT_EQ(spread_apart({10, 50}, 15, {0, 100}), (std::vector<double>{10, 50}));
  EXPECT_EQ(spread_apart({50, 49, 10}, 15, {0, 100}), (std::vector<double>{64, 49, 10}));
  EXPECT_EQ(spread_apart({98, 99}, 15, {0, 100}), (std::vector<double>{85, 100}));
}

}  // namespace
}  // namespace wattention::report
