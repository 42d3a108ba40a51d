#pragma once
// The card's joules over a span, as an interval.
#include <wattention/estimate.h>

#include "backends/wormhole/energy/power_rates.h"
#include "device/events.h"

namespace wattention::wormhole {

/// Nothing in the queue and nothing on the bus: 19 to 20 W.
Interval idle_energy_j(double seconds, const PowerRates& rates);

/// Work in the queue or bytes on the bus, for `seconds` and `activity_j` beyond being awake. At least idle
/// power, at most the board's rating, whatever the activity says.
Interval busy_energy_j(double seconds, double activity_j, const PowerRates& rates);

/// Joules of an op's units and of its bytes on the network.
double activity_j(const OpEvent& op, const PowerRates& rates);

}  // namespace wattention::wormhole
