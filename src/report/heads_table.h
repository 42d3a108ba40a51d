#pragma once
// Modules with heads: rates of a forward, and how near they come to what the device reaches at most.
#include <wattention/bench.h>

#include <optional>

#include "report/table.h"

namespace wattention::report {

/// A row for each record with heads and a time; nothing without any.
std::optional<Table> heads_table(const BenchRun& run);

}  // namespace wattention::report
