#pragma once
// The sections of a report that come from records: answer, times, grids, phases, power.
#include <wattention/bench.h>

#include <vector>

#include "device/cost_model.h"
#include "report/section.h"

namespace wattention::report {

/// Only those for which the records hold something. `power` may be null: then there is no power table.
std::vector<Section> model_sections(const BenchRun& run, const NotebookPower* power);

}  // namespace wattention::report
