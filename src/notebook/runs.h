#pragma once
// The notebook's runs, measured there and predicted here.
#include <wattention/cost.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

/// One cell of its table of counts or of core grids.
struct NotebookRun {
  std::string variant;  ///< "cpu", "naive", "resident"
  CoreGrid core_grid;   ///< resident only
  std::int64_t count = 0;
  double measured_s = 0;
  double predicted_s = 0;  ///< module, weights, then `count` forwards
  bool grid_table = false;
  bool calibrated = false;  ///< the one cell that set a constant of the model
};

/// All cells, by rows, the table of counts first. Throws what estimate_forward() throws.
std::vector<NotebookRun> notebook_runs(const EstimateOptions& options = {});

/// The benchmark's module, x [1024, 2048], weights [2048, 2048]. "cpu" is one step on the host; a core grid is for
/// "resident".
ForwardEstimate predicted_forward(std::string_view variant, const CoreGrid& core_grid,
                                  const EstimateOptions& options = {});

}  // namespace wattention
