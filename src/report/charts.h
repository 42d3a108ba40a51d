#pragma once
// Charts as inline SVG. Colours are classes of the page's style sheet, so that they follow light and dark.
#include <wattention/bench.h>

#include <string>

namespace wattention::report {

/// Busy times of a modelled forward as bars; empty when nothing is modelled.
std::string phase_chart(const BenchRecord& record);
/// Total time over the count, both logarithmic: the notebook's columns and the card's modelled ones.
std::string count_chart(const BenchRun& run);
/// The card's ops of a modelled forward over FLOPs per DRAM byte, below the ceilings of the notebook's card.
std::string roofline_chart(const BenchRecord& record);

}  // namespace wattention::report
