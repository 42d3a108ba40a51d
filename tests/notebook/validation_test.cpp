// The notebook's share of the model's promises, and the whole table of docs/timing.md.
#include "notebook/validation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "cost/products.h"
#include "cost/small_ops.h"
#include "device/backend.h"

namespace wattention {
namespace {

// The requirement's numbers, in this place only: whoever loosens the shared table must come here, too.
TEST(Promises, AreTheRequirements) {
  EXPECT_EQ(notebook_promises.totals, 0.20);
  EXPECT_EQ(notebook_promises.first_tensor, 0.35);
  EXPECT_EQ(notebook_promises.grid_2x2, 0.25);
  EXPECT_EQ(notebook_promises.large_grids, 0.01);
  EXPECT_EQ(notebook_promises.one_point, 0.005);
}

TEST(Promises, EachRunHasItsOwn) {
  const NotebookRun first{.variant = "naive", .core_grid = {}, .count = 1};
  const NotebookRun later{.variant = "naive", .core_grid = {}, .count = 100};
  EXPECT_EQ(promise_for(first), notebook_promises.first_tensor);
  EXPECT_EQ(promise_for(later), notebook_promises.totals);
  NotebookRun grid{.variant = "resident", .core_grid = {2, 2}, .count = 1000, .grid_table = true};
  EXPECT_EQ(promise_for(grid), notebook_promises.grid_2x2);
  grid.core_grid = {16, 16};
  EXPECT_EQ(promise_for(grid), notebook_promises.totals);
  grid.calibrated = true;
  EXPECT_EQ(promise_for(grid), notebook_promises.one_point);
}

TEST(Promises, AllHoldAndAnotherMachineBreaksSome) {
  const auto broken = [](const EstimateOptions& options) {
    const std::vector<ErrorBound> bounds = notebook_bounds(notebook_runs(options));
    EXPECT_EQ(bounds.size(), 12u + 2u);
    return std::ranges::count_if(bounds, [](const ErrorBound& bound) { return !bound.holds(); });
  };
  EXPECT_EQ(broken({}), 0);
  EXPECT_GT(broken({.clock_hz = 0.5e9}), 0);
  EXPECT_GT(broken({.host_speedup = 2}), 0);
}

TEST(Validation, TheDocumentQuotesTheTable) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  std::vector<DataSet> sets = card.backend().cost_model()->validation({});
  for (DataSet& set : product_times(called_products())) sets.push_back(std::move(set));
  for (DataSet& set : small_op_times()) sets.push_back(std::move(set));
  sets.push_back(notebook_totals(notebook_runs()));
  EXPECT_EQ(sets.back().rows.size(), 12u);
  std::ifstream file(WATTENTION_SOURCE_DIR "/docs/timing.md");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(text.find(validation_table(sets)), std::string::npos);
}

}  // namespace
}  // namespace wattention
