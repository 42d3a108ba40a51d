#pragma once
// How far a cost model is from what was measured, and how far it promises to be at most.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "device/cost_model.h"

namespace wattention {

/// The promises, as absolute relative errors: the one table that `estimate --validate`, the tests and docs/timing.md
/// follow.
struct ModelPromises {
  double gemm_kernel_median = 0.12;
  double gemm_kernel_p90 = 0.20;
  double gemm_wall_median = 0.15;
  double exp_median = 0.15;
  double network_median = 0.15;
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

/// Those that set no constant; all, where each set one.
std::vector<Comparison> judged_rows(const DataSet& set);

/// All that the model promises, by its judged rows, held against CostModel::validation(). Throws Error{absent} where
/// one of the promised data sets is missing.
std::vector<ErrorBound> error_bounds(std::span<const DataSet> sets);

}  // namespace wattention
