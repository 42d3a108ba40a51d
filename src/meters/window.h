#pragma once
// What all meters do alike at a window's end.
#include <wattention/energy.h>

namespace wattention {

/// A reading of `meter` without a figure.
EnergyReading no_reading(const Meter& meter, double window_s, std::string reason);

/// A reading of `meter`; the interval is the value less and plus `error_j`.
EnergyReading reading_of(const Meter& meter, double window_s, double joules, double error_j);

/// The refusal of a window that is shorter than ten ticks; empty when it is long enough.
std::optional<EnergyReading> refuse_short(const Meter& meter, double window_s);

}  // namespace wattention
