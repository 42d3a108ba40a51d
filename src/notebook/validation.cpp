#include "notebook/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "notebook/values.h"

namespace wattention {
namespace {

// Cores beyond the card's 8x8 do nothing: TT-NN's programs take what there is.
void add_large_grid_bounds(std::span<const NotebookRun> runs, std::vector<ErrorBound>& bounds) {
  const auto eight = std::ranges::find_if(
      runs, [](const NotebookRun& run) { return run.grid_table && run.core_grid.x == 8; });
  if (eight == runs.end()) return;
  for (const NotebookRun& run : runs)
    if (run.grid_table && run.core_grid.x > 8)
      bounds.push_back({fmt::format("notebook: {} against 8x8, both predicted", label_of(run)),
                        std::abs(run.predicted_s / eight->predicted_s - 1),
                        notebook_promises.large_grids});
}

}  // namespace

std::string label_of(const NotebookRun& run) {
  const std::string label = run.variant == "resident"
                                ? fmt::format("{} {}", run.variant, to_string(run.core_grid))
                                : run.variant;
  return fmt::format("{}, {}{}", label, run.count, run.grid_table ? " (core-grid table)" : "");
}

double error_of(const NotebookRun& run) {
  return run.predicted_s / run.measured_s - 1;
}

double promise_for(const NotebookRun& run) {
  if (run.calibrated) return notebook_promises.one_point;
  if (run.grid_table && run.core_grid.x == 2) return notebook_promises.grid_2x2;
  return run.count == 1 ? notebook_promises.first_tensor : notebook_promises.totals;
}

DataSet notebook_totals(std::span<const NotebookRun> runs) {
  DataSet set{
      "notebook, totals",
      std::string(notebook_source),
      "the first run also starts threads and libraries: the notebook's CPU row has about 24 ms "
      "of that, which the model leaves out",
      {}};
  for (const NotebookRun& run : runs)
    if (run.variant != "cpu")
      set.rows.push_back(
          {fmt::format("{} {}, {}", run.variant, to_string(run.core_grid), run.count),
           run.measured_s, run.predicted_s, run.calibrated});
  return set;
}

std::vector<ErrorBound> notebook_bounds(std::span<const NotebookRun> runs) {
  std::vector<ErrorBound> bounds;
  for (const NotebookRun& run : runs)
    if (run.variant != "cpu")
      bounds.push_back({"notebook: " + label_of(run), std::abs(error_of(run)), promise_for(run)});
  add_large_grid_bounds(runs, bounds);
  return bounds;
}

}  // namespace wattention
