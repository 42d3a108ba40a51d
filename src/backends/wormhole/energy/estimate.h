#pragma once
// Events of a run to modelled time and energy: what the device answers.
#include <wattention/estimate.h>

#include <span>

#include "device/events.h"

namespace wattention::wormhole {

/// estimate_time() of changed_run() with the card's joules, in total and by phase. Throws as it does.
RunEstimate estimate_run(std::span<const Event> events, const EstimateOptions& options);

}  // namespace wattention::wormhole
