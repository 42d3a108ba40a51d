#pragma once
// The notebook's power table in joules, with the card's modelled share beside it.
#include <wattention/bench.h>

#include "notebook/power.h"
#include "report/table.h"

namespace wattention::report {

/// One row per wall reading (gross: all that the meter saw; net: less the baseline), then the card alone: what
/// the readings allow it, and what the model gives a resident forward of `run`, where it holds one.
Table power_table(const NotebookPower& power, const BenchRun& run);

}  // namespace wattention::report
