#pragma once
// The comparison that the notebook left empty: an i7-13700 beside the card. Modelled; on such a machine, measured too.
#include <wattention/bench.h>

#include <string>

#include "notebook/power.h"
#include "report/section.h"

namespace wattention::report {

/// The loop and one forward. Measurements of `run` stand in it where its machine is one.
Section another_cpu_section(const BenchRun& run);
/// What both are modelled from, each figure with its source.
Section another_cpu_facts();

/// Does the card win there, and by how much. `power` may be null: then without joules of the card's job.
std::string another_cpu_sentence(const BenchRun& run, const Interval& card_ms,
                                 const NotebookPower* power);

}  // namespace wattention::report
