#pragma once
// The HTML page of a run, from its records alone.
#include <wattention/bench.h>

#include <vector>

#include "report/card_facts.h"
#include "report/html.h"
#include "report/section.h"

namespace wattention::report {

/// Records one by one, the machine, the sources of every figure.
std::vector<Section> closing_sections(const BenchRun& run);

/// `others` stand between the figures and the records. `facts` may be null.
Page page_of(const BenchRun& run, const CardFacts* facts, const std::vector<Section>& others = {});

}  // namespace wattention::report
