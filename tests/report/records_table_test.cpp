#include "report/records_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/sample_run.h"

namespace wattention::report {
namespace {

TEST(RecordsTable, LooksLikeThis) {
  EXPECT_EQ(
      to_text(records_table(sample_run())),
      "device    variant   dtype           shape  core grid  count  ms/forward  spread  min ms  "
      "total ms  simulation ms  source    timed  threads  kernel\n"
      "--------  --------  -----  --------------  ---------  -----  ----------  ------  ------  "
      "--------  -------------  --------  -----  -------  -----------------\n"
      "cpu       fused     bf16   1024x2048x2048                 2      11.500  ±3.2 %  11.000    "
      "54.000                 measured  3 x 2        2  gemm_bf16+softmax\n"
      "cpu       fused     bf16   1024x2048x2048              1000     11.001†  ±3.4 %  10.002  "
      "11032.0†                 measured  3 x 2        2  gemm_bf16+softmax\n"
      "wormhole  resident  bf16   1024x2048x2048        8x8      1           -       -       -     "
      "  "
      "  -         5000.0  -         1 x 1        2  matmul_1d\n"
      "cpu       naive     bf16   1024x2048x2048                 1           -       -       -     "
      "  "
      "  -                 -             -        -\n"
      "cpu: no energy: no meter was asked, or none serves this device.\n"
      "† extrapolated: only a part of the forwards was timed; the rest is taken at their mean.\n"
      "wormhole: no time per forward: no time model in this version.\n"
      "wormhole: no energy: no meter was asked, or none serves this device.\n"
      "Skipped cpu/naive/bf16/tokens:1024/embed_dim:2048/head_dim:2048/count:1: [attention] "
      "expected a card, or \"one\"; found cpu\n");
}

TEST(RecordsTable, GrossAndNetStandSideBySideWithTheirScope) {
  BenchRun run;
  run.records = {metered_record()};
  const std::string text = to_text(records_table(run));
  EXPECT_NE(text.find("gross J/forward  net J/forward  J of     source"), std::string::npos);
  EXPECT_NE(text.find("           0.75            0.5  package  measured"), std::string::npos);
  EXPECT_NE(text.find("one (package) gives 0.5 times two (wall)."), std::string::npos);
  EXPECT_EQ(text.find("no energy"), std::string::npos);
}

std::string cell(const Table& table, std::size_t row, const std::string& column) {
  const auto found = std::ranges::find(table.columns, column, &Column::name);
  EXPECT_NE(found, table.columns.end()) << column;
  return table.rows[row][static_cast<std::size_t>(found - table.columns.begin())];
}

TEST(RecordsCsv, MarksWhatIsExtrapolatedSimulatedOrSkipped) {
  const Table table = records_csv(sample_run());
  for (const auto& row : table.rows) ASSERT_EQ(row.size(), table.columns.size());
  EXPECT_EQ(cell(table, 0, "time_per_forward_ms"), "11.5");
  EXPECT_EQ(cell(table, 0, "extrapolated"), "false");
  EXPECT_EQ(cell(table, 1, "extrapolated"), "true");
  EXPECT_EQ(cell(table, 1, "timed_forwards"), "6");
  EXPECT_EQ(cell(table, 2, "time_per_forward_ms"), "");
  EXPECT_EQ(cell(table, 2, "time_reason"), "no time model in this version");
  EXPECT_EQ(cell(table, 2, "simulation_time_ms"), "5000");
  EXPECT_EQ(cell(table, 3, "time_per_forward_ms"), "");
  EXPECT_NE(cell(table, 3, "skipped"), "");
}

TEST(RecordsCsv, HasGrossNetScopeAndMeter) {
  BenchRun run;
  run.records = {metered_record()};
  const Table table = records_csv(run);
  EXPECT_EQ(cell(table, 0, "energy_j"), "0.75");
  EXPECT_EQ(cell(table, 0, "energy_net_j"), "0.5");
  EXPECT_EQ(cell(table, 0, "energy_scope"), "package");
  EXPECT_EQ(cell(table, 0, "energy_meter"), "rapl-package");
}

TEST(RecordsTable, ShowsFidelityAndErrorWhereTheyAre) {
  BenchRun run;
  run.records = {metered_record()};
  EXPECT_EQ(to_text(records_table(run)).find("fidelity"), std::string::npos);
  run.records[0].axes.fidelity = Fidelity::hifi2;
  run.records[0].error =
      BenchError{.relative_l2 = 0.0714, .max_relative = 0.057, .pcc = 0.5, .rows = 32};
  const Table table = records_table(run);
  EXPECT_EQ(cell(table, 0, "fidelity"), "HiFi2");
  EXPECT_EQ(cell(table, 0, "relative L2 error"), "7.1 %");
  const Table csv = records_csv(run);
  EXPECT_EQ(cell(csv, 0, "fidelity"), "hifi2");
  EXPECT_EQ(cell(csv, 0, "error_relative_l2"), "0.0714");
  EXPECT_EQ(cell(csv, 0, "error_max_relative"), "0.057");
  EXPECT_EQ(cell(csv, 0, "error_pcc"), "0.5");
}

TEST(MachineTable, NamesTheCommand) {
  EXPECT_NE(to_text(machine_table(sample_run().context)).find("wattention bench --count 2,1000"),
            std::string::npos);
}

}  // namespace
}  // namespace wattention::report
