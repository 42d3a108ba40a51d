#pragma once
// The sections of a report that come from records: times, grids, phases, ops, fidelities, power, answer.
#include <wattention/bench.h>

#include <vector>

#include "report/card_facts.h"
#include "report/section.h"

namespace wattention::report {

/// Only those for which the records hold something. `facts` may be null: then there is neither power nor roofline.
std::vector<Section> model_sections(const BenchRun& run, const CardFacts* facts);

}  // namespace wattention::report
