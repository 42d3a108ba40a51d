#pragma once
// A smaller operand spread over the padded image of the larger one, as the broadcasting unpacker reads it.
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/program/broadcast.h"

namespace wattention::wormhole {

/// `image` is the operand's padded image; the result has that of `shape`. Padding is read like all else: a row
/// along the height comes into the padding rows, too.
std::vector<Bits> expand(const Bits* image, const Shape& operand, Along along, const Shape& shape);

}  // namespace wattention::wormhole
