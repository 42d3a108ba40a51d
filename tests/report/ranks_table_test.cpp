#include "report/ranks_table.h"

#include <gtest/gtest.h>

namespace wattention::report {
namespace {

BenchRecord record_of(double first_ms, double second_ms) {
  BenchRecord record;
  record.axes.count = 10;
  record.ranks = {{"near", 2, 5, first_ms, "rapl-package", Figure::of(0.5, Source::measured)},
                  {"far", 2, 5, second_ms, "", Figure::absent("no package counter")}};
  return record;
}

TEST(RanksTable, ShowsEachRankWithItsSourceOrReason) {
  const auto table = ranks_table({{}, {record_of(2, 2.1)}});
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0].back(), "rapl-package, measured");
  EXPECT_EQ(table->rows[1].back(), "no package counter");
  EXPECT_EQ(table->notes.size(), 1u);
}

TEST(RanksTable, NamesAHostThatHoldsTheOthersUp) {
  const auto table = ranks_table({{}, {record_of(2, 5)}});
  EXPECT_NE(table->notes.front().find(
                "rank 1 (far) took 2.50 times as long for a forward as rank 0 (near)"),
            std::string::npos)
      << table->notes.front();
}

TEST(RanksTable, NothingWithoutRanks) {
  EXPECT_FALSE(ranks_table({{}, {BenchRecord()}}));
}

}  // namespace
}  // namespace wattention::report
