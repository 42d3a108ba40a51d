#include "report/numbers.h"

#include <gtest/gtest.h>

namespace wattention::report {
namespace {

std::string range_of(double low, double high) {
  Figure figure;
  figure.range = {low, high};
  return range_text(figure);
}

TEST(Numbers, RangesHaveThreeDigitsAndNoExponentsThatTablesCanDoWithout) {
  EXPECT_EQ(range_text({}), "");
  EXPECT_EQ(range_of(0.07066, 9.996), " (0.0707 to 10)");
  EXPECT_EQ(range_of(664.8, 1329.7), " (665 to 1330)");
  EXPECT_EQ(range_of(999.4, 999.6), " (999 to 1000)");
  EXPECT_EQ(range_of(1e-5, 2e8), " (1e-05 to 2e+08)");
}

}  // namespace
}  // namespace wattention::report
