#pragma once
// What the options of an estimate change: rates, or the events themselves.
#include <span>
#include <vector>

#include "backends/wormhole/timing/timeline.h"

namespace wattention::wormhole {

/// Throws Error{bad_input} or Error{absent} for options out of range.
TimeModel time_model(const EstimateOptions& options);

/// The same run with row-major transfers and a program on the card for each tilize and untilize.
std::vector<Event> tilized_on_device(std::span<const Event> events);

/// The run that the options make of this one: what is timed, and what TimedStep::event counts.
std::vector<Event> changed_run(std::span<const Event> events, const EstimateOptions& options);

}  // namespace wattention::wormhole
