#pragma once
// Moves of tensors in shards: what the release refuses of them, and where their results lie.
#include <optional>

#include "backends/wormhole/place.h"
#include "device/op_call.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_move_in_shards(const OpCall& call);

/// Where to_layout puts what lay in shards.
Place place_of_layout(const OpCall& call);

}  // namespace wattention::wormhole
