#include "report/notebook_table.h"

#include <gtest/gtest.h>

#include "bench/sample_run.h"

namespace wattention::report {
namespace {

BenchRun run_with(const BenchCase& axes, double total_ms) {
  BenchRecord record;
  record.axes = axes;
  record.repeats = {{axes.count, 0, total_ms, total_ms, total_ms}};
  complete(record, false);
  BenchRun run;
  run.records = {record};
  return run;
}

TEST(NotebookTable, HoldsTheNotebooksValues) {
  const Table table = *notebook_table(sample_run());
  ASSERT_EQ(table.rows.size(), 4u);
  const std::vector<std::string> first(table.rows[0].begin(), table.rows[0].begin() + 4);
  const std::vector<std::string> last(table.rows[3].begin(), table.rows[3].begin() + 4);
  EXPECT_EQ(first, (std::vector<std::string>{"1", "67.33", "105.28", "98.39"}));
  EXPECT_EQ(last, (std::vector<std::string>{"10000", "115895.56", "467358.59", "109907.44"}));
}

TEST(NotebookTable, ComparesEachVariantWithTheNotebooksOwn) {
  struct Case {
    Variant variant;
    double total_ms;
  };
  // Ten percent above the notebook's CPU, Tensix and Tensix Fast for 1000 tensors.
  for (const auto& [variant, total_ms] :
       {Case{Variant::fused, 11671.33 * 1.1}, Case{Variant::reference, 11671.33 * 1.1},
        Case{Variant::naive, 46124.67 * 1.1}, Case{Variant::resident, 10935.41 * 1.1}}) {
    const Table table = *notebook_table(run_with({.variant = variant, .count = 1000}, total_ms));
    EXPECT_EQ(table.rows[2][5], "+10.0 %") << to_string(variant);
    EXPECT_EQ(table.rows[1][4], "-");  // not measured
  }
}

TEST(NotebookTable, MarksExtrapolationAndExplainsMissingTimes) {
  const std::string text = to_text(*notebook_table(sample_run()));
  EXPECT_NE(text.find("11032.0†"), std::string::npos);
  EXPECT_NE(text.find("† extrapolated"), std::string::npos);
  EXPECT_NE(text.find("wormhole resident: no time: no time model"), std::string::npos);
}

TEST(NotebookTable, KeepsAwayFromOtherShapes) {
  EXPECT_FALSE(notebook_table(run_with({.tokens = 6, .count = 1000}, 10)));
  EXPECT_FALSE(notebook_table({}));
}

}  // namespace
}  // namespace wattention::report
