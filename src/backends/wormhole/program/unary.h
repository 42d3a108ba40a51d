#pragma once
// The program of one operand on the vector unit.
#include <wattention/tensor.h>

#include <string_view>

#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

/// Tile by tile over all cores; the output goes to the input's memory.
Program make_unary(std::string_view op, std::int64_t tiles, Memory memory);

}  // namespace wattention::wormhole
