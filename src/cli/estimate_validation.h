#pragma once
// `estimate --validate`: the model against published measurements and against the notebook, with its promises.
#include <algorithm>
#include <vector>

#include "cli/output.h"
#include "cost/products.h"
#include "notebook/power.h"
#include "notebook/validation.h"

namespace wattention::cli {

struct Validation {
  std::vector<DataSet> sets;
  std::vector<NotebookRun> runs;
  std::vector<ErrorBound> bounds;
  NotebookPower power;
  std::vector<CalledProduct> products;

  bool holds() const { return std::ranges::all_of(bounds, &ErrorBound::holds); }
};

Validation validate(const CostModel& model, const EstimateOptions& options);

/// Tables to stdout.
void print(const Validation& validation);
Json to_json(const Validation& validation);

}  // namespace wattention::cli
