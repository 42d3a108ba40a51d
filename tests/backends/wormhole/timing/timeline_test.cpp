// Who waits for whom: host and device as two queues.
#include "backends/wormhole/timing/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "backends/wormhole/program/move.h"
#include "backends/wormhole/timing/what_if.h"

namespace wattention::wormhole {
namespace {

using Step = TransferEvent::Step;

Event move_op(std::int64_t tiles, bool cached = true, int compiled = 0) {
  OpEvent op = make_transpose(tiles, Memory::dram).work;
  op.cache_hit = cached;
  op.kernels_compiled = compiled;
  return op;
}

Event transfer(Step step) {
  return TransferEvent{step, 1 << 20, std::int64_t{2} << 20, Memory::dram};
}

Timeline run(const std::vector<Event>& events, const EstimateOptions& options = {}) {
  return play(events, time_model(options));
}

TEST(Timeline, TheDeviceWorksBehindTheHostsBack) {
  const Timeline timeline = run({move_op(1 << 16), move_op(1 << 16)});
  ASSERT_EQ(timeline.steps.size(), 4u);  // dispatch, op, dispatch, op
  const TimedStep &first = timeline.steps[1], &second_dispatch = timeline.steps[2];
  EXPECT_LT(second_dispatch.start_s, first.start_s + first.duration_s);
  EXPECT_DOUBLE_EQ(timeline.steps[3].start_s, first.start_s + first.duration_s);
  EXPECT_LT(timeline.end_s, timeline.host_busy_s + timeline.device_busy_s);
}

TEST(Timeline, AReadWaitsForTheDevice) {
  const Timeline timeline = run({move_op(1 << 16), transfer(Step::read)});
  const TimedStep &op = timeline.steps[1], &read = timeline.steps[2];
  EXPECT_DOUBLE_EQ(read.start_s, op.start_s + op.duration_s);
  EXPECT_DOUBLE_EQ(timeline.end_s, read.start_s + read.duration_s);
}

TEST(Timeline, AnOpWaitsForTheWriteBeforeIt) {
  const Timeline timeline = run({transfer(Step::write), move_op(64)});
  const TimedStep &write = timeline.steps[0], &op = timeline.steps[2];
  EXPECT_GE(op.start_s, write.start_s + write.duration_s);
}

TEST(Timeline, SmallOpsAreBoundByDispatchAndLargeOnesAreNot) {
  EXPECT_EQ(run({move_op(1)}).steps[1].bound, TimeBound::dispatch);
  EXPECT_EQ(run({move_op(1 << 16)}).steps[1].bound, TimeBound::dram);
}

TEST(Timeline, AMissCostsMoreThanAHitAndACompilationMost) {
  const double hit = run({move_op(64)}).end_s;
  const double miss = run({move_op(64, false)}).end_s;
  const double compiled = run({move_op(64, false, 3)}, {.cold_kernels = true}).end_s;
  const CardRates& card = card_rates("n150d");
  EXPECT_NEAR(miss - hit, card.dispatch_uncached_s - card.dispatch_cached_s, 1e-12);
  EXPECT_NEAR(compiled - miss, 3 * card.compile_s, 1e-9);
  // Compiled kernels lie on disk unless asked otherwise.
  EXPECT_EQ(run({move_op(64, false, 3)}).end_s, miss);
}

TEST(Timeline, HostStepsFollowTheirRates) {
  const Timeline timeline =
      run({transfer(Step::cast), transfer(Step::tilize), transfer(Step::write),
           transfer(Step::untilize), HostEvent{HostEvent::Work::gemm, 0, 1e9}});
  const HostRates& host = default_host();
  const std::vector<double> expected = {(1 << 20) * host.cast_s, (1 << 20) * host.tilize_s,
                                        (2 << 20) / 13.5e9, (1 << 20) * host.untilize_s,
                                        1e9 / host.gemm_flops_per_s};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(timeline.steps[i].duration_s, expected[i], 1e-12) << i;
}

TEST(Timeline, EachStepNamesItsEvent) {
  const std::vector<Event> events{
      transfer(Step::cast), transfer(Step::tilize), transfer(Step::write),   move_op(64, false, 3),
      move_op(1 << 10),     transfer(Step::read),   transfer(Step::untilize)};
  for (const bool device_tilize : {false, true}) {
    const EstimateOptions options{.device_tilize = device_tilize, .cold_kernels = true};
    const std::vector<Event> changed = changed_run(events, options);
    std::vector<int> ops(changed.size());
    for (const TimedStep& step : run(changed, options).steps) {
      ASSERT_LT(step.event, changed.size());
      const auto* op = std::get_if<OpEvent>(&changed[step.event]);
      const bool of_an_op =
          step.on_device || step.phase == Phase::dispatch || step.phase == Phase::compile;
      ASSERT_EQ(op != nullptr, of_an_op) << step.name;
      if (step.on_device) {
        EXPECT_EQ(step.name, op->op);
        ++ops[step.event];
      }
    }
    for (std::size_t i = 0; i < changed.size(); ++i)
      EXPECT_EQ(ops[i], std::holds_alternative<OpEvent>(changed[i])) << i;
  }
}

TEST(Timeline, StepsOfOneQueueNeverOverlap) {
  std::vector<Event> events;
  for (int i = 0; i < 5; ++i) {
    events.push_back(transfer(Step::write));
    events.push_back(move_op(1 << (3 * i)));
    events.push_back(transfer(Step::read));
  }
  for (const bool device : {false, true}) {
    double end = 0;
    for (const TimedStep& step : run(events).steps) {
      if (step.on_device != device) continue;
      EXPECT_GE(step.start_s, end - 1e-15);
      end = step.start_s + step.duration_s;
    }
  }
}

}  // namespace
}  // namespace wattention::wormhole
