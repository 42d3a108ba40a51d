#include "bench/modelled.h"

#include <gtest/gtest.h>
#include <wattention/cost.h>

#include <algorithm>

namespace wattention {
namespace {

using NamedValue = std::pair<std::string, double>;

BenchCase notebook_case(Variant variant, std::int64_t count) {
  return {.device = "wormhole", .variant = variant, .dtype = DType::bf16, .count = count};
}

TEST(Modelled, TotalsAreAModuleAFirstForwardAndTheOthers) {
  for (const Variant variant : {Variant::naive, Variant::resident}) {
    const ForwardEstimate forward = estimate_forward({.variant = variant});
    for (const std::int64_t count : {1, 1000}) {
      const BenchRecord record = modelled_record(notebook_case(variant, count));
      EXPECT_EQ(record.total_ms.range, forward.time_s(count) * 1e3);
      EXPECT_EQ(record.energy_j.range, forward.steady.card_j);
      EXPECT_EQ(record.phases_ms.at(Phase::prepare), 1e3 * forward.module.time_s.value);
    }
  }
}

TEST(Modelled, FiguresHoldTogether) {
  const BenchRecord record = modelled_record(notebook_case(Variant::resident, 1));
  EXPECT_EQ(record.time_per_forward_ms.source, Source::modelled);
  ASSERT_TRUE(record.time_per_forward_ms.range);
  EXPECT_LT(record.time_per_forward_ms.range->low, *record.time_per_forward_ms.value);
  EXPECT_GT(record.time_per_forward_ms.range->high, *record.time_per_forward_ms.value);
  double joules = 0;
  for (const auto& [phase, value] : record.phases_j) joules += value;
  EXPECT_NEAR(joules, *record.energy_j.value, 1e-6);
  // Idle to the board's rating, 19 to 160 W.
  const double watts = *record.energy_j.value / (1e-3 * *record.time_per_forward_ms.value);
  EXPECT_GT(watts, 19);
  EXPECT_LT(watts, 160);
}

TEST(Modelled, StepsCarryTheFlopsOfTheForward) {
  const BenchRecord record = modelled_record(notebook_case(Variant::resident, 1));
  double flops = 0;
  for (const TimedStep& step : record.steps) flops += step.flops;
  // Three projections, scores, context: all sizes are whole tiles.
  EXPECT_DOUBLE_EQ(flops, 6.0 * 1024 * 2048 * 2048 + 4.0 * 1024 * 1024 * 2048);
}

TEST(Modelled, OpsSayWhatTheyAreAndWhatTheyMoved) {
  const BenchRecord record = modelled_record(notebook_case(Variant::resident, 1));
  const auto op = std::ranges::find(record.steps, "matmul", &TimedStep::name);
  ASSERT_NE(op, record.steps.end());
  EXPECT_EQ(op->fidelity, Fidelity::lofi);
  EXPECT_EQ(op->cores, 64);
  EXPECT_FALSE(op->program.empty());
  EXPECT_EQ(op->units_s.front().first, "fpu");
  // Written once: x times a weight is 1024x2048 bf16 numbers.
  const auto written = std::ranges::find(op->bytes, "dram written", &NamedValue::first);
  ASSERT_NE(written, op->bytes.end());
  EXPECT_EQ(written->second, 2.0 * 1024 * 2048);
  for (const TimedStep& step : record.steps) EXPECT_EQ(step.fidelity.has_value(), step.on_device);
}

TEST(Modelled, PowerAddsUpToTheEnergy) {
  for (const Variant variant : {Variant::naive, Variant::resident}) {
    const BenchRecord record = modelled_record(notebook_case(variant, 1));
    double joules = 0, end_s = 0;
    for (const PowerSpan& span : record.card_w) {
      joules += span.watts.value * span.duration_s;
      end_s = span.start_s + span.duration_s;
    }
    EXPECT_NEAR(joules, *record.energy_j.value, 1e-9);
    EXPECT_NEAR(1e3 * end_s, *record.time_per_forward_ms.value, 1e-9);
  }
}

TEST(Modelled, SurvivesJson) {
  BenchRun run;
  run.records = {modelled_record(notebook_case(Variant::naive, 100))};
  const BenchRun back = bench_from_json(to_json(run));
  ASSERT_EQ(back.records.size(), 1u);
  const BenchRecord &before = run.records[0], &after = back.records[0];
  EXPECT_EQ(after.total_ms.value, before.total_ms.value);
  EXPECT_EQ(after.total_ms.range, before.total_ms.range);
  EXPECT_EQ(after.energy_j.range, before.energy_j.range);
  EXPECT_EQ(after.phases_j, before.phases_j);
  ASSERT_EQ(after.steps.size(), before.steps.size());
  EXPECT_EQ(after.steps, before.steps);
  EXPECT_EQ(after.card_w, before.card_w);
  EXPECT_EQ(to_json(back), to_json(run));
}

TEST(Modelled, LeavesMeasuredDevicesAlone) {
  EXPECT_FALSE(has_model({.device = "cpu"}));
  BenchRecord record;
  record.time_per_forward_ms = Figure::of(3, Source::measured);
  apply_model(record);
  EXPECT_EQ(record.time_per_forward_ms.value, 3);
  EXPECT_TRUE(record.steps.empty());
}

TEST(Modelled, RefusesWhatTheVariantRefuses) {
  BenchOptions options;
  options.simulate = false;
  const BenchRun run = run_bench(
      {{.device = "wormhole", .variant = Variant::resident, .dtype = DType::f32}}, options);
  EXPECT_NE(run.records.front().skipped.find("bf16"), std::string::npos);
}

}  // namespace
}  // namespace wattention
