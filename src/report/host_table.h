#pragma once
// The modelled card in other hosts than the notebook's.
#include <wattention/bench.h>

#include <optional>

#include "report/table.h"

namespace wattention::report {

/// BenchCase::host of the what-if behind "a faster host": the notebook's, all rates doubled.
inline constexpr const char* twice_as_fast = "notebook's, twice as fast";

/// A row per variant and host, notebook's shape; nothing without a second host.
std::optional<Table> host_table(const BenchRun& run);

}  // namespace wattention::report
