#pragma once
// How far the model is from the notebook's runs, and how far it promises to be at most.
#include <span>
#include <string>
#include <vector>

#include "device/validation.h"
#include "notebook/runs.h"

namespace wattention {

/// As absolute relative errors; beside the ModelPromises of the kernels. What happens in a first run besides the
/// model's events (threads and libraries start) and what 2x2 cores compute for as long as the host converts is known
/// less well than the rest.
struct NotebookPromises {
  double totals = 0.20;
  double first_tensor = 0.35;
  double grid_2x2 = 0.25;
  double large_grids = 0.01;  ///< 16x16 and 32x32 against 8x8, both predicted
  double one_point = 0.005;   ///< the run that set a constant
};
inline constexpr NotebookPromises notebook_promises;

/// "resident 8x8, 1000".
std::string label_of(const NotebookRun& run);
double error_of(const NotebookRun& run);
double promise_for(const NotebookRun& run);

/// The card's runs as a line of the validation table; the CPU's rate is the notebook's own.
DataSet notebook_totals(std::span<const NotebookRun> runs);

/// All that the model promises of them, held against its predictions.
std::vector<ErrorBound> notebook_bounds(std::span<const NotebookRun> runs);

}  // namespace wattention
