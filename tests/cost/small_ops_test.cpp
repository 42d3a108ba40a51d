// The time model against published times of single ops.
#include "cost/small_ops.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "cost/modelled_device.h"

namespace wattention {
namespace {

// The requirement's numbers: whoever loosens the table must come here, too.
TEST(SmallOps, PromisesAreTheRequirements) {
  EXPECT_EQ(small_op_promises.total, 0.30);
  EXPECT_LE(small_op_promises.share_beyond_twice, 0.02);
}

TEST(SmallOps, WhatIsPromisedHoldsAndFailsForAModelThatIsTwiceAsSlow) {
  DataSet held_out = small_op_times().back();
  EXPECT_GE(held_out.rows.size(), 71u);
  for (const ErrorBound& bound : small_op_bounds(held_out))
    EXPECT_TRUE(bound.holds()) << bound.what;
  for (Comparison& row : held_out.rows) row.modelled *= 2.5;
  for (const ErrorBound& bound : small_op_bounds(held_out))
    EXPECT_FALSE(bound.holds()) << bound.what;
}

// A profile is fitted to as a whole or not at all.
TEST(SmallOps, NoSourceIsInBothSets) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  std::map<std::string, std::set<bool>> sets;
  for (const MeasuredOp& op : modelled(card).model.measured_ops())
    sets[op.source].insert(op.fitted);
  for (const auto& [source, fitted] : sets) EXPECT_EQ(fitted.size(), 1u) << source;
}

}  // namespace
}  // namespace wattention
