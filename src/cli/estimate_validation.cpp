#include "cli/estimate_validation.h"

#include <fmt/format.h>

#include "cli/options.h"
#include "cost/small_ops.h"
#include "report/table.h"

namespace wattention::cli {
namespace {

std::string role(const NotebookRun& run) {
  if (run.variant == "cpu") return "its rate is the notebook's own";
  return run.calibrated ? "set a constant" : "predicted";
}

report::Table notebook_table(const std::vector<NotebookRun>& runs) {
  report::Table table{"The notebook, predicted (modelled) against measured",
                      {{"run, tensors", report::Align::left},
                       {"measured, ms"},
                       {"modelled, ms"},
                       {"difference, %"},
                       {"", report::Align::left}},
                      {},
                      {}};
  for (const NotebookRun& run : runs)
    table.rows.push_back({label_of(run), fmt::format("{:.2f}", 1e3 * run.measured_s),
                          fmt::format("{:.2f}", 1e3 * run.predicted_s),
                          fmt::format("{:+.1f}", 100 * error_of(run)), role(run)});
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

Json sets_json(const std::vector<DataSet>& data) {
  Json sets = Json::array();
  for (const DataSet& set : data) {
    const ErrorSummary errors = summarize(set.rows);
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

Json notebook_json(const std::vector<NotebookRun>& runs) {
  Json array = Json::array();
  for (const NotebookRun& run : runs)
    array.push_back({{"variant", run.variant},
                     {"core_grid", to_string(run.core_grid)},
                     {"count", run.count},
                     {"measured_s", run.measured_s},
                     {"modelled_s", run.predicted_s},
                     {"error", error_of(run)},
                     {"bound", run.variant == "cpu" ? Json(nullptr) : Json(promise_for(run))},
                     {"role", role(run)}});
  return array;
}

}  // namespace

Validation validate(const CostModel& model, const EstimateOptions& options) {
  Validation validation{
      model.validation(options), notebook_runs(options), {}, notebook_power(model.idle_w())};
  validation.bounds = error_bounds(validation.sets);
  for (DataSet& set : small_op_times(options)) validation.sets.push_back(std::move(set));
  for (ErrorBound& bound : small_op_bounds(validation.sets.back()))
    validation.bounds.push_back(std::move(bound));
  for (ErrorBound& bound : notebook_bounds(validation.runs))
    validation.bounds.push_back(std::move(bound));
  validation.sets.push_back(notebook_totals(validation.runs));
  return validation;
}

void print(const Validation& validation) {
  print_out("{}\n{}\n{}\n", validation_table(validation.sets),
            to_text(notebook_table(validation.runs)), to_text(bounds_table(validation.bounds)));
  print_out("The notebook's power readings: {}\n", validation.power.verdict);
}

Json to_json(const Validation& validation) {
  Json promises = Json::array();
  for (const ErrorBound& bound : validation.bounds)
    promises.push_back({{"what", bound.what},
                        {"found", bound.found},
                        {"bound", bound.bound},
                        {"pass", bound.holds()}});
  const NotebookPower& power = validation.power;
  return {{"data_sets", sets_json(validation.sets)},
          {"notebook", notebook_json(validation.runs)},
          {"notebook_power",
           {{"card_share_low_j", power.card_share_j.low},
            {"card_share_high_j", power.card_share_j.high},
            {"verdict", power.verdict}}},
          {"bounds", promises},
          {"pass", validation.holds()}};
}

}  // namespace wattention::cli
