// The time model against published products, as a program calls them.
#include "cost/products.h"

#include <gtest/gtest.h>
#include <wattention/cost.h>
#include <wattention/ops.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "cost/modelled_device.h"

namespace wattention {
namespace {

// The requirement's numbers: whoever loosens the table must come here, too.
TEST(Products, PromisesAreTheRequirements) {
  EXPECT_EQ(product_promises.math_median, 0.10);
  EXPECT_EQ(product_promises.wall_median, 0.15);
}

TEST(Products, WhatIsPromisedHoldsAndFailsForACardThatIsHalfAsFast) {
  const std::vector<CalledProduct> products = called_products();
  const std::vector<DataSet> sets = product_times(products);
  std::size_t rows = 0;
  for (const DataSet& set : sets) rows += set.rows.size();
  EXPECT_EQ(rows, 2 * 36u + 16u);
  for (const ErrorBound& bound : product_bounds(sets)) EXPECT_TRUE(bound.holds()) << bound.what;
  const std::vector<DataSet> slow = product_times(called_products({.clock_hz = 0.4e9}));
  const auto broken = std::ranges::count_if(product_bounds(slow),
                                            [](const ErrorBound& bound) { return !bound.holds(); });
  EXPECT_GE(broken, 2);  // end to end; profilers assume a clock of their own
}

// A shape sets constants in all its rows or in none.
TEST(Products, NoShapeIsInBothHalves) {
  std::map<std::array<std::int64_t, 3>, std::set<bool>> halves;
  for (const CalledProduct& product : called_products())
    if (product.measured.math_s)
      halves[{product.measured.m, product.measured.k, product.measured.n}].insert(
          product.measured.fitted);
  for (const auto& [shape, fitted] : halves) EXPECT_EQ(fitted.size(), 1u) << shape[0];
}

// The rows' fidelity is what a call without options gets, and the kernel that writes results ends last.
TEST(Products, APlainCallHasTheRowsFidelity) {
  for (const CalledProduct& product : called_products()) {
    const bool blocks = is_block(product.measured.a) && is_block(product.measured.b);
    const bool by_tile = product.program.starts_with("MatmulMultiCore");
    const char* fidelity = blocks ? "lofi" : by_tile ? "" : "hifi2";
    EXPECT_TRUE(product.program.ends_with(fidelity)) << product.program;
    EXPECT_GE(product.profiled_s, product.math_s) << product.program;
  }
}

// A short product waits for the host, unless it is replayed from a trace.
TEST(Products, ATraceSavesTheDispatch) {
  const Device card = open_device("wormhole", {.mode = Mode::shape, .program_cache = true});
  const auto time = [&](bool traced) {
    const Tensor a = to_device(Tensor::zeros({512, 512}), card);
    start_events(card);
    for (int call = 0; call < 20; ++call) matmul(a, a);
    return estimate(card, {.traced = traced});
  };
  const RunEstimate each = time(false), traced = time(true);
  EXPECT_GT(each.time_s.value, 2 * traced.time_s.value);
  EXPECT_EQ(traced.host_busy_s, 0);
  EXPECT_NEAR(traced.time_s.value, traced.device_busy_s, 1e-9);
  EXPECT_DOUBLE_EQ(each.device_busy_s, traced.device_busy_s);
  EXPECT_DOUBLE_EQ(each.math_s, traced.math_s);
}

}  // namespace
}  // namespace wattention
