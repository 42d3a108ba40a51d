#pragma once
// What the card does in one forward, op by op.
#include <wattention/bench.h>

#include <optional>

#include "report/table.h"

namespace wattention::report {

/// Empty when the records hold no modelled forward.
std::optional<Table> ops_table(const BenchRun& run);

}  // namespace wattention::report
