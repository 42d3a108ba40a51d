#pragma once
// The records that tell error, time and energy of one shape: a row per fidelity, and the CPU's beside them.
#include <wattention/bench.h>

#include <optional>
#include <string>
#include <vector>

#include "report/table.h"

namespace wattention::report {

struct FidelityRow {
  std::string name;  ///< "CPU f32", "LoFi"
  const BenchRecord* record;
};

/// Records with an error, all of the shape of the first one that names a fidelity (else of the first); of several
/// counts, grids or kernels the first. The CPU's rows come first.
std::vector<FidelityRow> fidelity_rows(const BenchRun& run);

/// The rows as numbers; empty when there is none.
std::optional<Table> fidelity_table(const BenchRun& run);

/// "x [1024, 2048], weights [2048, 2048]".
std::string shape_words(const BenchCase& axes);

}  // namespace wattention::report
