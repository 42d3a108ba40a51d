// Each option of an estimate moves the time in the direction that it should, and nothing else.
#include "backends/wormhole/timing/what_if.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <cmath>
#include <limits>

#include "backends/wormhole/timing/estimate_time.h"
#include "cost/recorded.h"

namespace wattention::wormhole {
namespace {

RunEstimate resident(const EstimateOptions& options = {}, const ForwardCase& forward = {}) {
  return estimate_time(changed_run(resident_forward(forward), options), options);
}

double phase_s(const RunEstimate& estimate, Phase wanted) {
  for (const PhaseEstimate& phase : estimate.phases)
    if (phase.phase == wanted) return phase.time_s;
  return 0;
}

TEST(WhatIf, AFasterHostShortensHostPhasesByItsFactor) {
  const RunEstimate base = resident(), fast = resident({.host_speedup = 2});
  EXPECT_DOUBLE_EQ(phase_s(fast, Phase::tilize), phase_s(base, Phase::tilize) / 2);
  EXPECT_DOUBLE_EQ(phase_s(fast, Phase::compute), phase_s(base, Phase::compute));
  EXPECT_DOUBLE_EQ(phase_s(fast, Phase::write), phase_s(base, Phase::write));
}

TEST(WhatIf, PinnedMemoryShortensTheBusAlone) {
  const RunEstimate base = resident(), pinned = resident({.pinned_memory = true});
  EXPECT_LT(phase_s(pinned, Phase::write), phase_s(base, Phase::write));
  EXPECT_LT(phase_s(pinned, Phase::read), phase_s(base, Phase::read));
  EXPECT_DOUBLE_EQ(phase_s(pinned, Phase::untilize), phase_s(base, Phase::untilize));
}

TEST(WhatIf, TilizingOnTheDeviceRemovesTheHostsLargestPhases) {
  const RunEstimate base = resident(), device = resident({.device_tilize = true});
  EXPECT_EQ(phase_s(device, Phase::tilize), 0);
  EXPECT_EQ(phase_s(device, Phase::untilize), 0);
  EXPECT_GT(phase_s(device, Phase::compute), phase_s(base, Phase::compute));
  EXPECT_LT(device.time_s.value, base.time_s.value / 2);
}

TEST(WhatIf, TilizedOnDeviceKeepsTheOrder) {
  const TransferEvent tilize{TransferEvent::Step::tilize, 4096, 8192, Memory::l1};
  const TransferEvent write{TransferEvent::Step::write, 4096, 8192, Memory::l1};
  const TransferEvent read{TransferEvent::Step::read, 4096, 8192, Memory::dram};
  const TransferEvent untilize{TransferEvent::Step::untilize, 4096, 8192, Memory::dram};
  const auto changed = tilized_on_device(std::vector<Event>{tilize, write, read, untilize, read});
  ASSERT_EQ(changed.size(), 5u);
  EXPECT_EQ(std::get<TransferEvent>(changed[0]).step, TransferEvent::Step::write);
  EXPECT_EQ(std::get<OpEvent>(changed[1]).op, "tilize");
  EXPECT_EQ(std::get<OpEvent>(changed[1]).total.copies, 4);
  EXPECT_EQ(std::get<OpEvent>(changed[2]).op, "untilize");
  EXPECT_EQ(std::get<TransferEvent>(changed[3]).step, TransferEvent::Step::read);
  EXPECT_EQ(std::get<TransferEvent>(changed[4]).step, TransferEvent::Step::read);
}

TEST(WhatIf, TwoCommandQueuesHideTheDeviceBehindTheHost) {
  const RunEstimate one = resident(), two = resident({.command_queues = 2});
  EXPECT_LT(two.time_s.value, one.time_s.value);
  EXPECT_DOUBLE_EQ(two.time_s.value, std::max(one.host_busy_s, one.device_busy_s));
}

TEST(WhatIf, Bfp8HalvesTheBusAndHelpsTheDevice) {
  const RunEstimate base = resident(), bfp8 = resident({.bfp8 = true});
  EXPECT_NEAR(phase_s(bfp8, Phase::write), phase_s(base, Phase::write) * 1088 / 2048, 1e-12);
  EXPECT_LT(phase_s(bfp8, Phase::compute), phase_s(base, Phase::compute));
}

TEST(WhatIf, AP150ComputesFaster) {
  EXPECT_LT(phase_s(resident({.card = "p150"}), Phase::compute),
            phase_s(resident(), Phase::compute));
}

TEST(WhatIf, TheClockMovesTheDeviceOnly) {
  const RunEstimate base = resident(), slow = resident({.clock_hz = 0.5e9});
  EXPECT_GT(phase_s(slow, Phase::compute), phase_s(base, Phase::compute));
  EXPECT_DOUBLE_EQ(slow.host_busy_s, base.host_busy_s);
}

TEST(WhatIf, FidelityGridAndWeightsChangeThePrograms) {
  const double base = phase_s(resident(), Phase::compute);
  EXPECT_GT(phase_s(resident({}, {.fidelity = Fidelity::hifi4}), Phase::compute), base);
  EXPECT_GT(phase_s(resident({}, {.core_grid = CoreGrid{4, 4}}), Phase::compute), 2 * base);
  EXPECT_GT(phase_s(resident({}, {.weights = Memory::dram}), Phase::compute), base);
}

TEST(WhatIf, IntervalsHoldTheValue) {
  for (const RunEstimate& estimate : {resident(), resident({.command_queues = 2})}) {
    EXPECT_LT(estimate.time_s.low, estimate.time_s.value);
    EXPECT_GT(estimate.time_s.high, estimate.time_s.value);
  }
}

TEST(WhatIf, EndsOfTheRangesGiveFiniteTimes) {
  for (const EstimateOptions& options :
       {EstimateOptions{.host_speedup = 0.001}, EstimateOptions{.host_speedup = 1000},
        EstimateOptions{.clock_hz = 1e6}, EstimateOptions{.clock_hz = 1e10}}) {
    const RunEstimate estimate = resident(options);
    EXPECT_TRUE(std::isfinite(estimate.time_s.high));
    EXPECT_GT(estimate.time_s.low, 0);
  }
}

TEST(WhatIf, OptionsOutOfRangeAreRefused) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinite = std::numeric_limits<double>::infinity();
  for (const double speedup : {0.0, -1.0, 0.00099, 1000.1, 1e99, infinite, nan})
    EXPECT_THROW(resident({.host_speedup = speedup}), Error) << speedup;
  for (const double clock_hz : {-1.0, 0.0, 1e-294, 0.99e6, 1.01e10, 1e105, infinite, nan})
    EXPECT_THROW(resident({.clock_hz = clock_hz}), Error) << clock_hz;
  EXPECT_THROW(resident({.command_queues = 3}), Error);
  EXPECT_THROW(resident({.card = "n300"}), Error);
}

}  // namespace
}  // namespace wattention::wormhole
