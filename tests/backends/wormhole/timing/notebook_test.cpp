// The notebook's tables, predicted: only the resident run of 1000 tensors set a constant.
#include "backends/wormhole/timing/validation/notebook.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <cmath>

#include "device/validation.h"

namespace wattention::wormhole {
namespace {

double error(const NotebookRun& run) {
  return std::abs(predicted_s(run) / run.measured_s - 1);
}

TEST(Notebook, CountsComeOutWithinTheirBounds) {
  int predicted = 0;
  for (const NotebookRun& run : notebook_runs()) {
    if (run.variant == "cpu" || run.grid_table) continue;
    EXPECT_LE(error(run),
              run.count == 1 ? model_promises.notebook_first_tensor : model_promises.notebook)
        << label_of(run);
    predicted += !run.calibrated;
  }
  EXPECT_EQ(predicted, 7);
}

TEST(Notebook, TheOnePointIsMet) {
  int points = 0;
  for (const NotebookRun& run : notebook_runs()) {
    if (!run.calibrated) continue;
    EXPECT_LE(error(run), model_promises.notebook_one_point);
    ++points;
  }
  EXPECT_EQ(points, 1);
}

TEST(Notebook, TheSmallGridIsPredictedAndLargeOnesAreEqual) {
  double eight = 0;
  for (const NotebookRun& run : notebook_runs()) {
    if (!run.grid_table) continue;
    EXPECT_LE(error(run),
              run.core_grid.x == 2 ? model_promises.notebook_2x2 : model_promises.notebook)
        << label_of(run);
    if (run.core_grid.x == 8) eight = run.predicted_s;
  }
  int larger = 0;
  for (const NotebookRun& run : notebook_runs())
    if (run.core_grid.x > 8) {
      EXPECT_NEAR(run.predicted_s / eight, 1, model_promises.notebook_large_grids) << label_of(run);
      ++larger;
    }
  EXPECT_EQ(larger, 2);
}

TEST(Notebook, TheOrderOfTheVariantsIsRight) {
  const auto forward_s = [](const std::string& variant) {
    return predicted_forward(variant, {}).time_s.value;
  };
  EXPECT_LT(forward_s("cpu"), forward_s("naive"));
  EXPECT_LT(forward_s("resident"), forward_s("cpu"));
}

TEST(Notebook, TheCardIsBusyForAboutATenthOfTheForward) {
  const RunEstimate estimate = predicted_forward("resident", {});
  const double share = estimate.device_busy_s / estimate.time_s.value;
  EXPECT_GT(share, 0.03);
  EXPECT_LT(share, 0.15);
}

TEST(Notebook, EachStepSaysWhatBoundsIt) {
  const RunEstimate estimate = predicted_forward("resident", {});
  int ops = 0;
  for (const TimedStep& step : estimate.steps) {
    if (!step.on_device) continue;
    ++ops;
    EXPECT_GT(step.closed_form_s, 0);
    EXPECT_LT(step.closed_form_s, step.duration_s) << step.name;
    if (step.name == "matmul") {
      EXPECT_EQ(step.bound, TimeBound::unpack);
    }
  }
  EXPECT_EQ(ops,
            11);  // three times transpose and linear, transpose, scores, multiply, softmax, context
}

TEST(Notebook, UnknownVariantsAreRefused) {
  EXPECT_THROW(predicted_forward("fused", {}), Error);
}

}  // namespace
}  // namespace wattention::wormhole
