#pragma once
// Who shared a case's tensors: the ranks of a cluster.
#include <wattention/bench.h>

#include <optional>

#include "report/table.h"

namespace wattention::report {

/// A row for each rank of each record that has several; nothing without any.
std::optional<Table> ranks_table(const BenchRun& run);

}  // namespace wattention::report
