#pragma once
// How the release meets two tensors of different shapes: which of its programs, and what it does not do.
#include <array>
#include <optional>

#include "device/op_call.h"

namespace wattention::wormhole {

/// What the second operand lacks beside the first.
enum class Along { nothing, height, width, height_and_width };

using Sizes4 =
    std::array<std::int64_t, 4>;  // batch, channels, height, width; missing ones in front are 1

Sizes4 sizes4(const Shape& shape);

struct Broadcast {
  Along along = Along::nothing;
  bool swapped = false;  ///< the larger tensor becomes the first operand, whatever the call's order
  bool repeats_first = false, repeats_second = false;  ///< over the batch, by programs of their own
};

/// Nothing where the release broadcasts the operands.
std::optional<Refusal> refuse_broadcast(const OpCall& call);
/// Of a call that refuse_broadcast lets pass.
Broadcast broadcast_of(const OpCall& call);

}  // namespace wattention::wormhole
