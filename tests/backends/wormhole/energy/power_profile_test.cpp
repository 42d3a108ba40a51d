#include "backends/wormhole/energy/power_profile.h"

#include <gtest/gtest.h>

#include "backends/wormhole/energy/estimate.h"
#include "cost/recorded.h"

namespace wattention::wormhole {
namespace {

TimedStep step(Phase phase, double start_s, double duration_s) {
  TimedStep step;
  step.phase = phase;
  step.on_device = phase == Phase::compute;
  step.start_s = start_s;
  step.duration_s = duration_s;
  return step;
}

double integral_j(const std::vector<PowerSpan>& spans) {
  double joules = 0;
  for (const PowerSpan& span : spans) joules += span.watts.value * span.duration_s;
  return joules;
}

TEST(PowerProfile, RestsWorksAndServesTheBus) {
  const PowerRates& rates = power_rates();
  std::vector<TimedStep> steps{step(Phase::cast, 0, 1), step(Phase::write, 1, 2),
                               step(Phase::compute, 4, 2)};
  const std::vector<double> activity_j{0, 0, 20};
  const auto spans = power_over_time(steps, activity_j, rates);
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_DOUBLE_EQ(spans[0].watts.value, rates.idle_w());
  EXPECT_DOUBLE_EQ(spans[1].watts.value, rates.awake_w);
  EXPECT_FALSE(spans[2].awake);
  EXPECT_DOUBLE_EQ(spans[3].watts.value, rates.awake_w + 10);
  EXPECT_DOUBLE_EQ(steps[0].card_j, 0);
  EXPECT_DOUBLE_EQ(steps[1].card_j, 2 * rates.awake_w);
  EXPECT_DOUBLE_EQ(steps[2].card_j, 2 * rates.awake_w + 20);
}

TEST(PowerProfile, StepsAtTheSameTimeWakeTheCardOnce) {
  const PowerRates& rates = power_rates();
  std::vector<TimedStep> steps{step(Phase::compute, 0, 3), step(Phase::write, 1, 1)};
  const auto spans = power_over_time(steps, std::vector<double>{6, 0}, rates);
  ASSERT_EQ(spans.size(), 3u);
  for (const PowerSpan& span : spans) EXPECT_DOUBLE_EQ(span.watts.value, rates.awake_w + 2);
  EXPECT_DOUBLE_EQ(steps[1].card_j, rates.awake_w / 2);
  EXPECT_DOUBLE_EQ(steps[0].card_j + steps[1].card_j, integral_j(spans));
}

TEST(PowerProfile, NeverAboveTheBoardsRating) {
  std::vector<TimedStep> steps{step(Phase::compute, 0, 1), step(Phase::write, 0, 1)};
  const auto spans = power_over_time(steps, std::vector<double>{1000, 0}, power_rates());
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_DOUBLE_EQ(spans[0].watts.value, power_rates().rating_w);
  EXPECT_NEAR(steps[0].card_j + steps[1].card_j, power_rates().rating_w, 1e-9);
}

TEST(PowerProfile, NothingDoneIsNoTime) {
  EXPECT_TRUE(power_over_time({}, {}, power_rates()).empty());
}

std::vector<RunEstimate> runs() {
  std::vector<RunEstimate> runs{estimate_run(naive_forward(), {})};
  for (const Fidelity fidelity : {Fidelity::lofi, Fidelity::hifi4})
    runs.push_back(estimate_run(resident_forward({.fidelity = fidelity}), {}));
  const auto events = resident_forward();
  for (const EstimateOptions& options :
       {EstimateOptions{.card = "p150"}, EstimateOptions{.host_speedup = 1000},
        EstimateOptions{.bfp8 = true}, EstimateOptions{.device_tilize = true}})
    runs.push_back(estimate_run(events, options));
  return runs;
}

TEST(PowerProfile, ItsIntegralIsTheRunsEnergy) {
  for (const RunEstimate& run : runs()) {
    EXPECT_NEAR(integral_j(run.card_w), run.card_j.value, 1e-12);
    double phases_j = 0;
    for (const PhaseEstimate& phase : run.phases) phases_j += phase.card_j.value;
    EXPECT_NEAR(phases_j, run.card_j.value, 1e-12);
  }
}

TEST(PowerProfile, TwoQueuesWakeTheCardOnce) {
  // Tiles made on the card and pinned memory: more work for the card and its bus than a forward lasts.
  const EstimateOptions one{.pinned_memory = true, .device_tilize = true};
  EstimateOptions two = one;
  two.command_queues = 2;
  const auto events = resident_forward();
  const RunEstimate alone = estimate_run(events, one), paced = estimate_run(events, two);
  ASSERT_LT(paced.time_s.value, alone.time_s.value);
  EXPECT_LT(paced.card_j.value, alone.card_j.value);
  EXPECT_GE(paced.card_j.value, power_rates().idle_low_w * paced.time_s.value);
  double phases_j = 0;
  for (const PhaseEstimate& phase : paced.phases) phases_j += phase.card_j.value;
  EXPECT_NEAR(phases_j, paced.card_j.value, 1e-12);
}

TEST(PowerProfile, CoversTheRunWithoutGaps) {
  for (const RunEstimate& run : runs()) {
    double now_s = 0;
    for (const PowerSpan& span : run.card_w) {
      EXPECT_NEAR(span.start_s, now_s, 1e-15);
      EXPECT_GE(span.watts.value, power_rates().idle_low_w);
      EXPECT_LE(span.watts.value, power_rates().rating_w);
      now_s += span.duration_s;
    }
    EXPECT_NEAR(now_s, run.time_s.value, 1e-15);
  }
}

}  // namespace
}  // namespace wattention::wormhole
