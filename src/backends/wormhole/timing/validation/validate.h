#pragma once
// The model against published measurements: each row behind a line of the table.
#include <vector>

#include "backends/wormhole/timing/rates.h"
#include "device/cost_model.h"

namespace wattention::wormhole {

DataSet gemm_kernel_times(const CardRates& card);
DataSet gemm_wall_times(const CardRates& card);
DataSet exp_kernel_times(const CardRates& card);
DataSet reshard_times(const CardRates& card);

/// calibration/gemm.csv without program configs, and calibration/products.csv.
std::vector<MeasuredProduct> measured_products();
/// calibration/small_ops.csv.
std::vector<MeasuredOp> measured_ops();
/// An op's kernel time at the nominal clock, as profilers give it.
double profiled_s(const OpEvent& op, const EstimateOptions& options);

/// All of them, in this order, for the options' card and clock.
std::vector<DataSet> validation_sets(const EstimateOptions& options = {});

}  // namespace wattention::wormhole
