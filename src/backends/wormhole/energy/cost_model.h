#pragma once
// The n150d's time and energy behind the device's neutral interface.
#include "device/cost_model.h"

namespace wattention::wormhole {

const CostModel& n150d_cost_model();

}  // namespace wattention::wormhole
