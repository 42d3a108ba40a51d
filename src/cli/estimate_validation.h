#pragma once
// `estimate --validate`: the model against published measurements and against the notebook, with its promises.
#include "cli/output.h"
#include "device/cost_model.h"

namespace wattention::cli {

/// A promise of the model: `found` is an absolute error, at most `bound`.
struct ErrorBound {
  std::string what;
  double found = 0;
  double bound = 0;
  bool holds() const { return found <= bound; }
};

/// All that the model promises (docs/timing.md).
std::vector<ErrorBound> error_bounds(const CostModel& model);

/// Tables to stdout.
void print_validation(const CostModel& model, const std::vector<ErrorBound>& bounds);
Json validation_json(const CostModel& model, const std::vector<ErrorBound>& bounds);

}  // namespace wattention::cli
