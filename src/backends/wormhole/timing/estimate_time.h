#pragma once
// Events of a run to its modelled time.
#include <wattention/estimate.h>

#include <span>
#include <string_view>

#include "device/events.h"

namespace wattention::wormhole {

/// Times only: card_j stays 0. `run` is what changed_run() gives. Throws Error{bad_input} for options that make no
/// sense, Error{absent} for an unknown card.
RunEstimate estimate_time(std::span<const Event> run, const EstimateOptions& options);

/// The sentence that names what the model was fitted to.
std::string_view time_calibration();

}  // namespace wattention::wormhole
