// The model against the published measurements: the bounds that it promises.
#include "backends/wormhole/timing/validation/validate.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>

#include "backends/wormhole/energy/cost_model.h"
#include "device/validation.h"

namespace wattention::wormhole {
namespace {

ErrorSummary errors(const DataSet& set) {
  const ErrorSummary summary = summarize(set.rows);
  ::testing::Test::RecordProperty("median_percent", std::to_string(100 * summary.median));
  return summary;
}

const CardRates& card() {
  return card_rates("n150d");
}

// The requirement's numbers, in this place only: whoever loosens the shared table must come here, too.
TEST(Promises, AreTheRequirements) {
  EXPECT_EQ(model_promises.gemm_kernel_median, 0.12);
  EXPECT_EQ(model_promises.gemm_kernel_p90, 0.20);
  EXPECT_EQ(model_promises.gemm_wall_median, 0.15);
  EXPECT_EQ(model_promises.exp_median, 0.15);
  EXPECT_EQ(model_promises.network_median, 0.15);
}

TEST(Promises, AllHoldAndAnotherClockBreaksSome) {
  const CostModel& model = n150d_cost_model();
  const auto broken = [&](const EstimateOptions& options) {
    const std::vector<ErrorBound> bounds = error_bounds(model.validation(options));
    EXPECT_EQ(bounds.size(), 5u);
    return std::ranges::count_if(bounds, [](const ErrorBound& bound) { return !bound.holds(); });
  };
  EXPECT_EQ(broken({}), 0);
  EXPECT_GT(broken({.clock_hz = 0.6e9}), 0);
  EXPECT_THROW(error_bounds({}), Error);
}

TEST(Validation, GemmKernels) {
  const DataSet set = gemm_kernel_times(card());
  EXPECT_EQ(set.rows.size(), 78u);
  const ErrorSummary summary = summarize(judged_rows(set));
  EXPECT_EQ(summary.rows, 38u);
  EXPECT_LE(summary.median, model_promises.gemm_kernel_median);
  EXPECT_LE(summary.p90, model_promises.gemm_kernel_p90);
}

TEST(Validation, GemmEndToEnd) {
  const DataSet set = gemm_wall_times(card());
  EXPECT_EQ(set.rows.size(), 78u);
  const ErrorSummary summary = summarize(judged_rows(set));
  EXPECT_EQ(summary.rows, 38u);
  EXPECT_LE(summary.median, model_promises.gemm_wall_median);
}

TEST(Validation, Exp) {
  const ErrorSummary summary = errors(exp_kernel_times(card()));
  EXPECT_EQ(summary.rows, 3360u);
  EXPECT_LE(summary.median, model_promises.exp_median);
}

TEST(Validation, Network) {
  const ErrorSummary summary = errors(reshard_times(card()));
  EXPECT_EQ(summary.rows, 57u);
  EXPECT_LE(summary.median, model_promises.network_median);
}

// The bounds above would hold for constants that were fitted to nothing: a wrong one must break them.
TEST(Validation, AWrongConstantShows) {
  CardRates wrong = card();
  wrong.unpack_bytes_per_cycle /= 2;
  EXPECT_GT(summarize(judged_rows(gemm_kernel_times(wrong))).median,
            model_promises.gemm_kernel_median);
  wrong = card();
  wrong.effective_clock_hz = 0.6e9;
  EXPECT_GT(summarize(judged_rows(gemm_wall_times(wrong))).median, model_promises.gemm_wall_median);
  wrong = card();
  wrong.exp_accurate_cycles *= 1.5;
  wrong.exp_accurate_32bit_cycles *= 1.5;
  EXPECT_GT(summarize(exp_kernel_times(wrong).rows).median, model_promises.exp_median);
  wrong = card();
  wrong.noc_reader_bytes_per_cycle /= 2;
  EXPECT_GT(summarize(reshard_times(wrong).rows).median, model_promises.network_median);
}

TEST(Validation, SummaryFollowsItsDefinition) {
  std::vector<Comparison> rows;
  for (int percent = 0; percent <= 10; ++percent)
    rows.push_back({std::to_string(percent), 100, 100.0 + (percent % 2 == 0 ? percent : -percent)});
  const ErrorSummary summary = summarize(rows);
  EXPECT_NEAR(summary.median, 0.05, 1e-12);
  EXPECT_NEAR(summary.p90, 0.09, 1e-12);
  EXPECT_EQ(summary.worst.label, "10");
  EXPECT_THROW(summarize({}), Error);
}

TEST(Validation, TheTableHasALinePerSetWithItsReason) {
  const auto sets = validation_sets();
  const std::string table = validation_table(sets);
  for (const DataSet& set : sets) {
    EXPECT_NE(table.find(set.name), std::string::npos);
    EXPECT_FALSE(set.why_worst.empty()) << set.name;
    EXPECT_FALSE(set.source.empty()) << set.name;
  }
}

}  // namespace
}  // namespace wattention::wormhole
