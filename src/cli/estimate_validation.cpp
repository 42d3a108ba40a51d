#include "cli/estimate_validation.h"

#include <fmt/format.h>

#include "bench/sensor_json.h"
#include "cli/options.h"
#include "cost/products.h"
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

std::string us(double seconds) {
  return fmt::format("{:.1f}", 1e6 * seconds);
}

/// A measured and a modelled figure, and their difference; empty where nothing was measured.
void add_pair(std::vector<std::string>& row, std::optional<double> measured_s, double modelled_s) {
  if (!measured_s) {
    row.insert(row.end(), 3, "");
    return;
  }
  row.insert(row.end(), {us(*measured_s), us(modelled_s),
                         fmt::format("{:+.1f}", 100 * (modelled_s / *measured_s - 1))});
}

report::Table products_table(const std::vector<CalledProduct>& products) {
  constexpr auto left = report::Align::left;
  report::Table table{
      "Products as a program calls them, without a program config (modelled)",
      {{"product", left},
       {"release", left},
       {"program", left},
       {"kernel, us"},
       {"modelled"},
       {"%"},
       {"end to end, us"},
       {"modelled"},
       {"%"},
       {"", left}},
      {},
      {"kernel: the math thread's time, or the whole kernel's of the rows without an end to end; "
       "at the "
       "nominal clock, as profilers give it. end to end: of a call in a loop of 100."}};
  for (const CalledProduct& product : products) {
    const MeasuredProduct& measured = product.measured;
    std::vector<std::string> row = {label_of(measured), product.release, product.program};
    if (measured.math_s)
      add_pair(row, measured.math_s, product.math_s);
    else
      add_pair(row, measured.profiled_s, product.profiled_s);
    add_pair(row, measured.wall_s, product.wall_s);
    row.emplace_back(measured.fitted ? "set constants" : "held out");
    table.rows.push_back(std::move(row));
  }
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

// Each row of a set, in the set's own unit.
Json comparisons_json(const std::vector<Comparison>& rows) {
  Json array = Json::array();
  for (const Comparison& row : rows)
    array.push_back({{"label", row.label},
                     {"measured", row.measured},
                     {"modelled", row.modelled},
                     {"fitted", row.fitted}});
  return array;
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
                    {"judged_median", summarize(judged_rows(set)).median},
                    {"worst", errors.worst.error()},
                    {"worst_label", errors.worst.label},
                    {"why_worst", set.why_worst},
                    {"comparisons", comparisons_json(set.rows)}});
  }
  return sets;
}

Json products_json(const std::vector<CalledProduct>& products) {
  Json array = Json::array();
  for (const CalledProduct& product : products)
    array.push_back({{"product", label_of(product.measured)},
                     {"release", product.release},
                     {"program", product.program},
                     {"fitted", product.measured.fitted},
                     {"measured_math_s", or_null(product.measured.math_s)},
                     {"modelled_math_s", product.math_s},
                     {"measured_profiled_s", or_null(product.measured.profiled_s)},
                     {"modelled_profiled_s", product.profiled_s},
                     {"measured_wall_s", or_null(product.measured.wall_s)},
                     {"modelled_wall_s", product.wall_s}});
  return array;
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
  Validation validation{model.validation(options),
                        notebook_runs(options),
                        {},
                        notebook_power(model.idle_w()),
                        called_products(options)};
  validation.bounds = error_bounds(validation.sets);
  const std::vector<DataSet> products = product_times(validation.products);
  for (ErrorBound& bound : product_bounds(products)) validation.bounds.push_back(std::move(bound));
  for (const DataSet& set : products) validation.sets.push_back(set);
  for (DataSet& set : small_op_times(options)) validation.sets.push_back(std::move(set));
  for (ErrorBound& bound : small_op_bounds(validation.sets.back()))
    validation.bounds.push_back(std::move(bound));
  for (ErrorBound& bound : notebook_bounds(validation.runs))
    validation.bounds.push_back(std::move(bound));
  validation.sets.push_back(notebook_totals(validation.runs));
  return validation;
}

void print(const Validation& validation) {
  print_out("{}\n{}\n{}\n{}\n", validation_table(validation.sets),
            to_text(products_table(validation.products)), to_text(notebook_table(validation.runs)),
            to_text(bounds_table(validation.bounds)));
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
          {"products", products_json(validation.products)},
          {"notebook", notebook_json(validation.runs)},
          {"notebook_power",
           {{"card_share_low_j", power.card_share_j.low},
            {"card_share_high_j", power.card_share_j.high},
            {"verdict", power.verdict}}},
          {"bounds", promises},
          {"pass", validation.holds()}};
}

}  // namespace wattention::cli
