// The notebook's tables, predicted: only the resident run of 1000 tensors set a constant.
#include "notebook/runs.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <cmath>

#include "bench/modelled.h"
#include "notebook/validation.h"

namespace wattention {
namespace {

double error(const NotebookRun& run) {
  return std::abs(run.predicted_s / run.measured_s - 1);
}

TEST(Notebook, CountsComeOutWithinTheirBounds) {
  int predicted = 0;
  for (const NotebookRun& run : notebook_runs()) {
    if (run.variant == "cpu" || run.grid_table) continue;
    EXPECT_LE(error(run),
              run.count == 1 ? notebook_promises.first_tensor : notebook_promises.totals)
        << label_of(run);
    predicted += !run.calibrated;
  }
  EXPECT_EQ(predicted, 7);
}

TEST(Notebook, TheOnePointIsMet) {
  int points = 0;
  for (const NotebookRun& run : notebook_runs()) {
    if (!run.calibrated) continue;
    EXPECT_LE(error(run), notebook_promises.one_point);
    ++points;
  }
  EXPECT_EQ(points, 1);
}

TEST(Notebook, TheSmallGridIsPredictedAndLargeOnesAreEqual) {
  double eight = 0;
  for (const NotebookRun& run : notebook_runs()) {
    if (!run.grid_table) continue;
    EXPECT_LE(error(run),
              run.core_grid.x == 2 ? notebook_promises.grid_2x2 : notebook_promises.totals)
        << label_of(run);
    if (run.core_grid.x == 8) eight = run.predicted_s;
  }
  int larger = 0;
  for (const NotebookRun& run : notebook_runs())
    if (run.core_grid.x > 8) {
      EXPECT_NEAR(run.predicted_s / eight, 1, notebook_promises.large_grids) << label_of(run);
      ++larger;
    }
  EXPECT_EQ(larger, 2);
}

TEST(Notebook, TheOrderOfTheVariantsIsRight) {
  const auto forward_s = [](const std::string& variant) {
    return predicted_forward(variant, {}).steady.time_s.value;
  };
  EXPECT_LT(forward_s("cpu"), forward_s("naive"));
  EXPECT_LT(forward_s("resident"), forward_s("cpu"));
}

TEST(Notebook, TheCardIsBusyForAboutATenthOfTheForward) {
  const RunEstimate estimate = predicted_forward("resident", {}).steady;
  const double share = estimate.device_busy_s / estimate.time_s.value;
  EXPECT_GT(share, 0.03);
  EXPECT_LT(share, 0.15);
}

TEST(Notebook, EachStepSaysWhatBoundsIt) {
  const RunEstimate estimate = predicted_forward("resident", {}).steady;
  int ops = 0;
  for (const TimedStep& step : estimate.steps) {
    if (!step.on_device) continue;
    ++ops;
    EXPECT_GT(step.closed_form_s, 0);
    EXPECT_LT(step.closed_form_s, step.duration_s) << step.name;
    if (step.name != "matmul") continue;
    // The scores' blocks are the smallest, 4x4 tiles: they wait for their senders, which stand in one column.
    const bool scores = ops == 8;
    EXPECT_EQ(step.bound, scores ? TimeBound::noc : TimeBound::unpack) << ops;
  }
  EXPECT_EQ(ops,
            11);  // three times transpose and linear, transpose, scores, multiply, softmax, context
}

// `bench` and `compare` show what is held against the notebook here.
TEST(Notebook, RecordsSayTheSame) {
  for (const NotebookRun& run : notebook_runs()) {
    if (run.variant == "cpu") continue;
    BenchCase bench_case{.device = "wormhole",
                         .variant = parse_variant(run.variant),
                         .dtype = DType::bf16,
                         .count = run.count};
    if (bench_case.variant == Variant::resident) bench_case.core_grid = run.core_grid;
    EXPECT_DOUBLE_EQ(*modelled_record(bench_case).total_ms.value, 1e3 * run.predicted_s)
        << label_of(run);
  }
}

TEST(Notebook, UnknownVariantsAreRefused) {
  EXPECT_THROW(predicted_forward("fused", {}), Error);
}

}  // namespace
}  // namespace wattention
