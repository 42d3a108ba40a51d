#include "backends/wormhole/energy/card_energy.h"

#include <gtest/gtest.h>

#include "backends/wormhole/energy/estimate.h"
#include "cost/recorded.h"

namespace wattention::wormhole {
namespace {

TEST(CardEnergy, IdleLiesBetween19And20Watts) {
  const Interval idle = idle_energy_j(10, power_rates());
  EXPECT_DOUBLE_EQ(idle.low, 190);
  EXPECT_DOUBLE_EQ(idle.high, 200);
}

TEST(CardEnergy, BusyNeverLeavesTheBoardsRating) {
  for (const double activity : {0.0, 1.0, 1e6}) {
    const Interval busy = busy_energy_j(2, activity, power_rates());
    EXPECT_DOUBLE_EQ(busy.low, 38);
    EXPECT_DOUBLE_EQ(busy.high, 320);
    EXPECT_GE(busy.value, busy.low);
    EXPECT_LE(busy.value, busy.high);
  }
}

RunEstimate resident(const ForwardCase& forward = {}) {
  return estimate_run(resident_forward(forward), {});
}

TEST(CardEnergy, ARunStaysBetweenIdleAndRating) {
  const RunEstimate run = resident();
  EXPECT_GE(run.card_j.low, 19 * run.time_s.low);
  EXPECT_LE(run.card_j.high, 160 * run.time_s.high);
  EXPECT_LT(run.card_j.low, run.card_j.value);
  EXPECT_LT(run.card_j.value, run.card_j.high);
}

TEST(CardEnergy, PhasesAddUpToTheRun) {
  for (const RunEstimate& run : {resident(), estimate_run(naive_forward(), {})}) {
    double sum = 0;
    for (const PhaseEstimate& phase : run.phases) sum += phase.card_j.value;
    EXPECT_NEAR(sum, run.card_j.value, 1e-9);
  }
}

TEST(CardEnergy, MoreWorkCostsMore) {
  const PowerRates& rates = power_rates();
  const auto event = [](Fidelity fidelity) {
    OpEvent op;
    op.total.products = 1000;
    op.fidelity = fidelity;
    return op;
  };
  // Matrix cycles only: 16 per product and phase at 3.9 nJ.
  EXPECT_NEAR(activity_j(event(Fidelity::lofi), rates), 1000 * 16 * 3.9e-9, 1e-12);
  EXPECT_NEAR(activity_j(event(Fidelity::hifi4), rates), 1000 * 64 * 3.9e-9, 1e-12);
  EXPECT_GT(resident({.fidelity = Fidelity::hifi4}).card_j.value, resident().card_j.value);
}

// Ops of one forward never overlap: each is awake for its own time and spends its own activity.
TEST(CardEnergy, EachStepHasTheJoulesOfItsOwnOp) {
  const PowerRates& rates = power_rates();
  const std::vector<Event> events = resident_forward();
  int ops = 0;
  for (const TimedStep& step : estimate_run(events, {}).steps) {
    if (!step.on_device) continue;
    const double activity = activity_j(std::get<OpEvent>(events[step.event]), rates);
    EXPECT_NEAR(step.card_j, rates.awake_w * step.duration_s + activity, 1e-9) << step.name;
    EXPECT_EQ(step.name, std::get<OpEvent>(events[step.event]).op);
    ++ops;
  }
  EXPECT_EQ(ops, 11);
}

TEST(CardEnergy, NamesItsCalibration) {
  EXPECT_NE(resident().calibration.find("board rating"), std::string::npos);
}

}  // namespace
}  // namespace wattention::wormhole
