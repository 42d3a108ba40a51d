#pragma once
// The notebook's performance table with this machine's columns beside it.
#include <wattention/bench.h>

#include <optional>

#include "report/table.h"

namespace wattention::report {

/// Records of the notebook's shape, one column for each device, variant, dtype and what else was asked for;
/// beside each the difference to the notebook's column of the same job. Nothing when no record fits.
std::optional<Table> notebook_table(const BenchRun& run);

}  // namespace wattention::report
