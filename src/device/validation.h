#pragma once
// How far a cost model is from what was measured, and how far it promises to be at most.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "device/cost_model.h"

namespace wattention {

/// The promises, as absolute relative errors: the one table that `estimate --validate`, the tests and docs/timing.md
/// follow. What happens in a first run besides the model's events (threads and libraries start) and what 2x2 cores
/// compute for as long as the host converts is known less well than the rest.
struct ModelPromises {
  double gemm_kernel_median = 0.12;
  double gemm_kernel_p90 = 0.20;
  double gemm_wall_median = 0.15;
  double exp_median = 0.15;
  double network_median = 0.15;
  double notebook = 0.20;
  double notebook_first_tensor = 0.35;
  double notebook_2x2 = 0.25;
  double notebook_large_grids = 0.01;  ///< 16x16 and 32x32 against 8x8, both predicted
  double notebook_one_point = 0.005;   ///< the run that set a constant
};
inline constexpr ModelPromises model_promises;

/// Of the absolute errors, by nearest rank.
struct ErrorSummary {
  std::size_t rows = 0;
  double median = 0;
  double p90 = 0;
  Comparison worst;
};
/// Throws Error{bad_input} when there are no rows.
ErrorSummary summarize(std::span<const Comparison> rows);

/// As markdown: data set, rows, median, 90th percentile, worst, where and why.
std::string validation_table(std::span<const DataSet> sets);

/// A promise and what came of it: an absolute error of at most `bound`.
struct ErrorBound {
  std::string what;
  double found = 0;
  double bound = 0;
  bool holds() const { return found <= bound; }
};

/// "resident 8x8, 1000".
std::string label_of(const NotebookRun& run);
double error_of(const NotebookRun& run);
double promise_for(const NotebookRun& run);

/// All that the model promises, held against its predictions under `options`. Throws Error{absent} for a model
/// without one of the promised data sets.
std::vector<ErrorBound> error_bounds(const CostModel& model, const EstimateOptions& options);

}  // namespace wattention
