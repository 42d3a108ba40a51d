#pragma once
// What a model says of a run, as JSON: one spelling for records and for the command `estimate`.
#include <wattention/estimate.h>

#include <nlohmann/json.hpp>

namespace wattention {

/// {"value": ..., "low": ..., "high": ...}.
nlohmann::ordered_json to_json(const Interval& interval);
/// Times in seconds. core_grid, program and fidelity are null where a step has none: on the host.
nlohmann::ordered_json to_json(const TimedStep& step);
nlohmann::ordered_json to_json(const PowerSpan& span);

/// The inverse. Throw Error{bad_input} for JSON of another layout.
TimedStep step_from_json(const nlohmann::ordered_json& json);
PowerSpan power_from_json(const nlohmann::ordered_json& json);

}  // namespace wattention
