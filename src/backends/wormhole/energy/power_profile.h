#pragma once
// The card's power over a run's time.
#include <wattention/estimate.h>

#include <span>
#include <vector>

#include "backends/wormhole/energy/power_rates.h"

namespace wattention::wormhole {

/// Does the card take part? It computes, or its DMA and DRAM serve the bus. A dispatch alone is read by two
/// small cores and leaves the card at rest.
bool occupies_card(const TimedStep& step);

/// From 0 to the last step's end, without gaps: at rest, or awake with the activity of the steps that occupy the
/// card at that moment. `activity_j` has one value per step, spent evenly over the step's time. Sets each
/// occupying step's card_j; steps at the same time share what the card needs to be awake.
std::vector<PowerSpan> power_over_time(std::span<TimedStep> steps,
                                       std::span<const double> activity_j, const PowerRates& rates);

}  // namespace wattention::wormhole
