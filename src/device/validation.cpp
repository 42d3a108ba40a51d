#include "device/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include "base/fail.h"

namespace wattention {
namespace {

struct SetPromise {
  std::string_view set;
  double median;
  double p90;  ///< 0: none
};
constexpr std::array set_promises{
    SetPromise{"GEMM, device kernel", model_promises.gemm_kernel_median,
               model_promises.gemm_kernel_p90},
    SetPromise{"GEMM, end to end", model_promises.gemm_wall_median, 0},
    SetPromise{"exp, device kernel", model_promises.exp_median, 0},
    SetPromise{"network, reshard cycles", model_promises.network_median, 0}};

void add_set_bounds(const std::vector<DataSet>& sets, std::vector<ErrorBound>& bounds) {
  for (const SetPromise& promise : set_promises) {
    const auto set = std::ranges::find(sets, promise.set, &DataSet::name);
    if (set == sets.end())
      fail(ErrorKind::absent, "[estimate] expected the data set '{}'; found none", promise.set);
    const ErrorSummary summary = summarize(set->rows);
    bounds.push_back({set->name + ": median", summary.median, promise.median});
    if (promise.p90 > 0)
      bounds.push_back({set->name + ": 90th percentile", summary.p90, promise.p90});
  }
}

// Cores beyond the card's 8x8 do nothing: TT-NN's programs take what there is.
void add_large_grid_bounds(const std::vector<NotebookRun>& runs, std::vector<ErrorBound>& bounds) {
  const auto eight = std::ranges::find_if(
      runs, [](const NotebookRun& run) { return run.grid_table && run.core_grid.x == 8; });
  if (eight == runs.end()) return;
  for (const NotebookRun& run : runs)
    if (run.grid_table && run.core_grid.x > 8)
      bounds.push_back({fmt::format("notebook: {} against 8x8, both predicted", label_of(run)),
                        std::abs(run.predicted_s / eight->predicted_s - 1),
                        model_promises.notebook_large_grids});
}

}  // namespace

ErrorSummary summarize(std::span<const Comparison> rows) {
  expect(!rows.empty(), "[validation] expected rows; found {}", rows.size());
  std::vector<Comparison> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted, {}, [](const Comparison& row) { return std::abs(row.error()); });
  const auto at = [&](double share) {
    const auto last = static_cast<double>(sorted.size() - 1);
    return std::abs(sorted[static_cast<std::size_t>(std::lround(share * last))].error());
  };
  return {sorted.size(), at(0.5), at(0.9), sorted.back()};
}

std::string validation_table(std::span<const DataSet> sets) {
  std::string table =
      "| data set | rows | median | 90th percentile | worst | where | why |\n"
      "| --- | ---: | ---: | ---: | ---: | --- | --- |\n";
  for (const DataSet& set : sets) {
    const ErrorSummary summary = summarize(set.rows);
    fmt::format_to(std::back_inserter(table),
                   "| {} | {} | {:.1f} % | {:.1f} % | {:+.1f} % | {} | {} |\n", set.name,
                   summary.rows, 100 * summary.median, 100 * summary.p90,
                   100 * summary.worst.error(), summary.worst.label, set.why_worst);
  }
  return table;
}

std::string label_of(const NotebookRun& run) {
  std::string label = run.variant;
  if (run.variant == "resident") label += fmt::format(" {}x{}", run.core_grid.y, run.core_grid.x);
  return fmt::format("{}, {}{}", label, run.count, run.grid_table ? " (core-grid table)" : "");
}

double error_of(const NotebookRun& run) {
  return run.predicted_s / run.measured_s - 1;
}

double promise_for(const NotebookRun& run) {
  if (run.calibrated) return model_promises.notebook_one_point;
  if (run.grid_table && run.core_grid.x == 2) return model_promises.notebook_2x2;
  return run.count == 1 ? model_promises.notebook_first_tensor : model_promises.notebook;
}

std::vector<ErrorBound> error_bounds(const CostModel& model, const EstimateOptions& options) {
  std::vector<ErrorBound> bounds;
  add_set_bounds(model.validation(options), bounds);
  const std::vector<NotebookRun> runs = model.notebook_runs(options);
  for (const NotebookRun& run : runs)
    if (run.variant != "cpu")  // its rate is the notebook's own
      bounds.push_back({"notebook: " + label_of(run), std::abs(error_of(run)), promise_for(run)});
  add_large_grid_bounds(runs, bounds);
  return bounds;
}

}  // namespace wattention
