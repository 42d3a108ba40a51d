#pragma once
// Events of a run to modelled time and energy: what the device answers.
#include <span>

#include "device/estimate.h"
#include "device/events.h"

namespace wattention::wormhole {

/// estimate_time() with the card's joules, in total and by phase. Throws as it does.
RunEstimate estimate_run(std::span<const Event> events, const EstimateOptions& options);

}  // namespace wattention::wormhole
