#include "report/labels.h"

#include <gtest/gtest.h>

namespace wattention::report::svg {
namespace {

TEST(Labels, StayWhereNothingIsInTheWay) {
  Labels labels({0, 100});
  labels.fix({0, 50}, "words");
  EXPECT_DOUBLE_EQ(labels.place({width_of("words") + 1, 50}, "beside").y, 50);
  EXPECT_DOUBLE_EQ(labels.place({0, 80}, "below").y, 80);
}

TEST(Labels, MoveALineAwayFromEveryWordBefore) {
  Labels labels({0, 200});
  labels.fix({0, 100}, "words");
  std::vector<double> rows{100};
  for (int i = 0; i < 4; ++i) {
    const double y = labels.place({0, 100}, "words").y;
    for (const double other : rows) EXPECT_GE(std::abs(y - other), line_height);
    rows.push_back(y);
  }
}

TEST(Labels, StayWithinTheirRows) {
  Labels labels({90, 120});
  labels.fix({0, 100}, "words");
  EXPECT_DOUBLE_EQ(labels.place({0, 95}, "words").y, 117);
  EXPECT_DOUBLE_EQ(labels.place({0, 95}, "words").y, 95);  // no room is left
}

}  // namespace
}  // namespace wattention::report::svg
