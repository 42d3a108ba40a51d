#pragma once
// A smaller operand spread over the padded image of the result, as the broadcasting unpacker or reader reads it.
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/program/broadcast.h"

namespace wattention::wormhole {

/// `image` is the operand's padded image; the result has that of `shape`. Padding is read like all else: a row
/// along the height comes into the padding rows, too.
std::vector<Bits> expand(const Bits* image, const Shape& operand, Along along, const Shape& shape);

/// Elements in C order, spread over the shape as NumPy's broadcasting does, in its padded image.
std::vector<Bits> spread(const Bits* elements, const Shape& from, const Shape& shape);

}  // namespace wattention::wormhole
