#pragma once
// The model against published measurements: one line per data set, and each row behind it.
#include <span>
#include <string>
#include <vector>

#include "backends/wormhole/timing/rates.h"
#include "device/cost_model.h"

namespace wattention::wormhole {

/// Of the absolute errors.
struct ErrorSummary {
  std::size_t rows = 0;
  double median = 0;
  double p90 = 0;
  Comparison worst;
};
ErrorSummary summarize(std::span<const Comparison> rows);

DataSet gemm_kernel_times(const CardRates& card);
DataSet gemm_wall_times(const CardRates& card);
DataSet exp_kernel_times(const CardRates& card);
DataSet reshard_times(const CardRates& card);
/// Totals of the notebook's table and of its core-grid table.
DataSet notebook_times();

/// All of them, in this order.
std::vector<DataSet> validation_sets();

/// The table as markdown: data set, rows, median, 90th percentile, worst, and why.
std::string validation_table(std::span<const DataSet> sets);

}  // namespace wattention::wormhole
