#pragma once
// The page's charts. Each is empty when the records hold nothing for it.
#include <wattention/bench.h>

#include <optional>

#include "device/cost_model.h"
#include "notebook/power.h"
#include "report/section.h"

namespace wattention::report {

/// Busy time and the card's joules of a modelled forward, phase by phase, as bars.
std::optional<Chart> phase_chart(const BenchRecord& record);
/// Milliseconds per tensor over the count: the notebook's columns, the card's modelled ones, this machine's.
std::optional<Chart> count_chart(const BenchRun& run);
/// Joules per forward as bars: at the wall gross and net, and the card's part.
Chart power_chart(const NotebookPower& power, const BenchRun& run);
/// Error, time and energy side by side, a row per fidelity; records with an error only.
std::optional<Chart> fidelity_chart(const BenchRun& run);
/// The card's matrix products over FLOPs per byte, below the card's ceilings.
std::optional<Chart> roofline_chart(const BenchRun& run, const Ceilings& ceilings);

}  // namespace wattention::report
