#include "report/heads_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/sample_run.h"
#include "report/notebook_records.h"
#include "report/page.h"
#include "report/records_table.h"

namespace wattention::report {
namespace {

// Beside a cache: 2 x 64 tokens that see 448 more.
BenchRecord record_with_heads() {
  BenchRecord record = measured_record();
  record.axes = {.dtype = DType::bf16,
                 .tokens = 64,
                 .embed_dim = 512,
                 .head_dim = 64,
                 .count = 2,
                 .heads = {.heads = 8, .kv_heads = 2, .batch = 2, .past = 448}};
  record.time_per_forward_ms = Figure::of(2.0, Source::measured);
  record.ceiling = BenchCeiling{"gemm_bf16", 1e11, 1e10};
  return record;
}

BenchRun run_of(std::vector<BenchRecord> records) {
  BenchRun run = sample_run();
  run.records = std::move(records);
  return run;
}

std::string cell(const Table& table, const std::string& column) {
  const auto found = std::ranges::find(table.columns, column, &Column::name);
  if (found == table.columns.end()) return "no column " + column;
  return table.rows[0][static_cast<std::size_t>(found - table.columns.begin())];
}

TEST(HeadsTable, RatesFollowFromTheTime) {
  const auto table = heads_table(run_of({measured_record(), record_with_heads()}));
  ASSERT_EQ(table->rows.size(), 1u);
  EXPECT_EQ(cell(*table, "variant"), std::string(to_string(record_with_heads().axes.variant)));
  EXPECT_EQ(cell(*table, "shape"), "2x64x512x64");
  EXPECT_EQ(cell(*table, "heads"), "8/2, past 448");
  EXPECT_EQ(cell(*table, "tokens/s"), "6.4e+04");  // 128 in 2 ms
  // 2 x 128 x (512 x (512 + 768) + 2 x 512 x 512) FLOP = 302 MFLOP
  EXPECT_EQ(cell(*table, "GFLOP/s"), "151");
  // 2 x 1024 rows x 2 heads x 64 x 2 bytes = 524,288 bytes
  EXPECT_EQ(cell(*table, "cache GB/s"), "0.2621");
  EXPECT_EQ(cell(*table, "of ceiling"), "151 %");
  EXPECT_EQ(cell(*table, "bound by"), "multiply-adds");
  EXPECT_EQ(cell(*table, "ceiling GFLOP/s"), "100");
  EXPECT_EQ(cell(*table, "reads GB/s"), "10");
  EXPECT_NE(to_text(*table).find("gemm_bf16 with its operands in L1, on 2 threads at once"),
            std::string::npos);
}

TEST(HeadsTable, WithoutCeilingsOrCachesHasNoSuchColumns) {
  BenchRecord record = record_with_heads();
  record.ceiling.reset();
  record.axes.heads.past = 0;
  const auto table = heads_table(run_of({record}));
  for (const char* name : {"of ceiling", "bound by", "ceiling GFLOP/s", "cache GB/s"})
    EXPECT_EQ(cell(*table, name), std::string("no column ") + name);
}

TEST(HeadsTable, OfOneHeadedRecordsThereIsNone) {
  EXPECT_FALSE(heads_table(sample_run()));
}

TEST(Page, HeadsHaveASectionWithTheirCommand) {
  const Page page = page_of(run_of({record_with_heads()}), nullptr);
  const auto section = std::ranges::find(page.sections, "Heads", &Section::heading);
  ASSERT_NE(section, page.sections.end());
  EXPECT_EQ(section->tables.size(), 1u);
  ASSERT_EQ(section->commands.size(), 1u);
  EXPECT_NE(section->commands[0].find("--heads 8 --kv-heads 2 --batch 2 --past 448"),
            std::string::npos);
}

TEST(RecordsCsv, HasTheRatesOfHeads) {
  const Table table = records_csv(run_of({record_with_heads()}));
  EXPECT_EQ(cell(table, "tokens_per_s"), "64000");
  EXPECT_EQ(cell(table, "ceiling_bound"), "multiply-adds");
  EXPECT_EQ(cell(table, "ceiling_kernel"), "gemm_bf16");
  EXPECT_EQ(cell(records_csv(sample_run()), "tokens_per_s"), "");
}

// One head of the notebook's width is another module: it has a projection more.
TEST(NotebookRecords, HaveNoHeads) {
  BenchRecord record = measured_record();
  EXPECT_TRUE(has_notebook_shape(record));
  record.axes.heads.heads = 1;
  EXPECT_FALSE(has_notebook_shape(record));
}

}  // namespace
}  // namespace wattention::report
