#pragma once
// The notebook's table of core grids with the modelled times beside it.
#include <wattention/bench.h>

#include <optional>

#include "report/table.h"

namespace wattention::report {

/// Resident, 1000 tensors. Nothing when no record has a grid of the notebook's.
std::optional<Table> core_grid_table(const BenchRun& run);

}  // namespace wattention::report
