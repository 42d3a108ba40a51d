// What modelled times have been held against: the list of programs is the one that the published rows run.
#include "backends/wormhole/timing/time_evidence.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cost/modelled_device.h"
#include "cost/small_ops.h"

namespace wattention::wormhole {
namespace {

TEST(TimeEvidence, IsThatOfThePublishedRows) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  std::set<std::string> run;
  for (const MeasuredOp& op : modelled(card).model.measured_ops())
    for (const OpEvent& program : programs_of(op, card)) {
      EXPECT_NE(time_evidence(program), TimeEvidence::none) << program.program;
      run.insert(program.program);
    }
  for (const std::string_view program : measured_programs())
    EXPECT_TRUE(run.contains(std::string(program))) << program;
}

TEST(TimeEvidence, WithoutItTheIntervalIsAFactorOfTwo) {
  const CardRates& rates = card_rates("n150d");
  OpEvent op;
  op.program = "a program that nobody has measured";
  EXPECT_EQ(to_string(time_evidence(op)), "unverified");
  EXPECT_EQ(interval_factor(op, IntervalEnd::low, rates), 0.5);
  EXPECT_EQ(interval_factor(op, IntervalEnd::value, rates), 1);
  EXPECT_EQ(interval_factor(op, IntervalEnd::high, rates), 2);
  op.program = "2D mcast";
  EXPECT_EQ(interval_factor(op, IntervalEnd::high, rates), rates.high_factor);
}

}  // namespace
}  // namespace wattention::wormhole
