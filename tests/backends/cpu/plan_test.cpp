// The count of operations that decides on folding.
#include "backends/cpu/plan.h"

#include <gtest/gtest.h>

namespace wattention::cpu {
namespace {

TEST(Plan, CountsTheNotebooksForward) {
  const ForwardCost cost = cost_of(1024, 2048, 2048);
  EXPECT_EQ(2 * cost.plain, 34359738368.0);
  EXPECT_EQ(2 * cost.folded, 25769803776.0);
}

TEST(Plan, FoldsOnlyWhereThatSaves) {
  EXPECT_EQ(folding_saves(2048, 2048), FoldingSaves::always);
  EXPECT_EQ(folding_saves(2048, 64), FoldingSaves::never);
  EXPECT_EQ(folding_saves(100, 60), FoldingSaves::sometimes);
  for (const std::int64_t e : {1, 59, 60, 61, 64, 100, 119, 120, 121, 300}) {
    int saving = 0, all = 0;
    for (const std::int64_t t : {1, 7, 49, 51, 100, 1000, 100000}) {
      saving += cost_of(t, e, 60).folded < cost_of(t, e, 60).plain;
      ++all;
    }
    EXPECT_EQ(folding_saves(e, 60), saving == 0     ? FoldingSaves::never
                                    : saving == all ? FoldingSaves::always
                                                    : FoldingSaves::sometimes)
        << e;
  }
}

}  // namespace
}  // namespace wattention::cpu
