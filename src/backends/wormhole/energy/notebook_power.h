#pragma once
// The notebook's power table: joules from a wall meter's watts, and what they say of the card.
#include <string_view>
#include <vector>

#include "device/cost_model.h"

namespace wattention::wormhole {

std::vector<WallReading> notebook_wall_readings();

/// The card's joules per forward that the wall readings allow, idle power included.
///
/// The host's conversions draw about what its creation of tensors drew (both keep a core or two busy), so
/// the card above idle drew the difference of the two deltas. The interval's half width is the spread of
/// the three baselines, which should have been one number.
Interval card_share_j(const std::vector<WallReading>& readings);

/// What that meter can and cannot tell, in one sentence.
std::string_view wall_meter_verdict();

}  // namespace wattention::wormhole
