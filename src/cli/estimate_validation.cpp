#include "cli/estimate_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/fail.h"
#include "cli/options.h"
#include "report/table.h"

namespace wattention::cli {
namespace {

struct Errors {
  double median = 0, p90 = 0;
  Comparison worst;
};

// Nearest-rank, on the absolute errors.
Errors errors_of(const DataSet& set) {
  expect(!set.rows.empty(), "[estimate] expected rows in {}; found none", set.name);
  std::vector<Comparison> sorted = set.rows;
  std::ranges::sort(sorted, {}, [](const Comparison& row) { return std::abs(row.error()); });
  const auto at = [&](double share) {
    const auto last = static_cast<double>(sorted.size() - 1);
    return std::abs(sorted[static_cast<std::size_t>(std::lround(share * last))].error());
  };
  return {at(0.5), at(0.9), sorted.back()};
}

struct SetBound {
  std::string_view set;
  double median;
  double p90;  ///< 0: none
};
constexpr std::array set_bounds{
    SetBound{"GEMM, device kernel", 0.12, 0.20}, SetBound{"GEMM, end to end", 0.15, 0},
    SetBound{"exp, device kernel", 0.15, 0}, SetBound{"network, reshard cycles", 0.15, 0}};

double error(const NotebookRun& run) {
  return run.predicted_s / run.measured_s - 1;
}

// A first run also starts threads and libraries, and 2x2 cores compute for as long as the host converts.
double bound_of(const NotebookRun& run) {
  if (run.calibrated) return 0.005;
  if (run.grid_table) return run.core_grid.x == 2 ? 0.25 : 0.20;
  return run.count == 1 ? 0.35 : 0.20;
}

std::string label(const NotebookRun& run) {
  const std::string grid = run.variant == "resident" ? " " + to_string(run.core_grid) : "";
  return fmt::format("{}{}, {}{}", run.variant, grid, run.count,
                     run.grid_table ? " (core-grid table)" : "");
}

std::string role(const NotebookRun& run) {
  if (run.variant == "cpu") return "its rate is the notebook's own";
  return run.calibrated ? "set a constant" : "predicted";
}

report::Table notebook_table(const CostModel& model) {
  report::Table table{"The notebook, predicted (modelled) against measured",
                      {{"run, tensors", report::Align::left},
                       {"measured, ms"},
                       {"modelled, ms"},
                       {"difference, %"},
                       {"", report::Align::left}},
                      {},
                      {}};
  for (const NotebookRun& run : model.notebook_runs())
    table.rows.push_back({label(run), fmt::format("{:.2f}", 1e3 * run.measured_s),
                          fmt::format("{:.2f}", 1e3 * run.predicted_s),
                          fmt::format("{:+.1f}", 100 * error(run)), role(run)});
  return table;
}

report::Table bounds_table(const std::vector<ErrorBound>& bounds) {
  report::Table table{"What the model promises",
                      {{"absolute error of", report::Align::left},
                       {"found, %"},
                       {"bound, %"},
                       {"", report::Align::left}},
                      {},
                      {}};
  for (const ErrorBound& bound : bounds)
    table.rows.push_back({bound.what, fmt::format("{:.1f}", 100 * bound.found),
                          fmt::format("{:.1f}", 100 * bound.bound),
                          bound.holds() ? "PASS" : "FAIL"});
  return table;
}

Json sets_json(const CostModel& model) {
  Json sets = Json::array();
  for (const DataSet& set : model.validation()) {
    const Errors errors = errors_of(set);
    sets.push_back({{"name", set.name},
                    {"source", set.source},
                    {"rows", set.rows.size()},
                    {"median", errors.median},
                    {"p90", errors.p90},
                    {"worst", errors.worst.error()},
                    {"worst_label", errors.worst.label},
                    {"why_worst", set.why_worst}});
  }
  return sets;
}

Json notebook_json(const CostModel& model) {
  Json runs = Json::array();
  for (const NotebookRun& run : model.notebook_runs())
    runs.push_back({{"variant", run.variant},
                    {"core_grid", to_string(run.core_grid)},
                    {"count", run.count},
                    {"measured_s", run.measured_s},
                    {"modelled_s", run.predicted_s},
                    {"error", error(run)},
                    {"role", role(run)}});
  return runs;
}

}  // namespace

std::vector<ErrorBound> error_bounds(const CostModel& model) {
  std::vector<ErrorBound> bounds;
  const std::vector<DataSet> sets = model.validation();
  for (const SetBound& promised : set_bounds) {
    const auto set = std::ranges::find(sets, promised.set, &DataSet::name);
    if (set == sets.end())
      fail(ErrorKind::absent, "[estimate] expected the data set '{}'; found none", promised.set);
    const Errors errors = errors_of(*set);
    bounds.push_back({set->name + ": median", errors.median, promised.median});
    if (promised.p90 > 0)
      bounds.push_back({set->name + ": 90th percentile", errors.p90, promised.p90});
  }
  for (const NotebookRun& run : model.notebook_runs())
    if (run.variant != "cpu")
      bounds.push_back({"notebook: " + label(run), std::abs(error(run)), bound_of(run)});
  return bounds;
}

void print_validation(const CostModel& model, const std::vector<ErrorBound>& bounds) {
  fmt::print("{}\n{}\n{}\n", model.validation_table(), to_text(notebook_table(model)),
             to_text(bounds_table(bounds)));
  fmt::print("The notebook's power readings: {}\n", model.notebook_power().verdict);
}

Json validation_json(const CostModel& model, const std::vector<ErrorBound>& bounds) {
  Json promises = Json::array();
  for (const ErrorBound& bound : bounds)
    promises.push_back({{"what", bound.what},
                        {"found", bound.found},
                        {"bound", bound.bound},
                        {"pass", bound.holds()}});
  const NotebookPower power = model.notebook_power();
  return {{"data_sets", sets_json(model)},
          {"notebook", notebook_json(model)},
          {"notebook_power",
           {{"card_share_low_j", power.card_share_j.low},
            {"card_share_high_j", power.card_share_j.high},
            {"verdict", power.verdict}}},
          {"bounds", promises},
          {"pass", std::ranges::all_of(bounds, &ErrorBound::holds)}};
}

}  // namespace wattention::cli
