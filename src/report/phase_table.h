#pragma once
// Where a modelled forward's time and the card's joules go.
#include <wattention/bench.h>

#include <optional>
#include <vector>

#include "report/table.h"

namespace wattention::report {

struct PhaseShare {
  Phase phase = Phase::compute;
  double time_ms = 0;
  double share = 0;  ///< of the forward's time; phases overlap, so shares may add up to more than 1
  double card_j = 0;
};

/// In the order of a forward; empty when nothing is modelled.
std::vector<PhaseShare> phase_shares(const BenchRecord& record);

/// Resident and naive beside each other. Nothing when neither was modelled.
std::optional<Table> phase_table(const BenchRun& run);

}  // namespace wattention::report
