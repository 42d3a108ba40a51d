// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_program_factory.cpp: one tile after the
// other through reader, vector unit and writer, shared out evenly over all cores.
#include "backends/wormhole/program/unary.h"

#include "backends/wormhole/program/move.h"

namespace wattention::wormhole {

// The vector unit's own instructions are not counted: a comparison and a store are some five for each 32 elements, 160
// cycles a tile. The reader and the writer wait several hundred for each tile (docs/timing.md), so they set the pace.
Program make_unary(std::string_view op, std::int64_t tiles, Memory memory) {
  return make_move({op, "unary, multi core", "eltwise_sfpu.cpp", tiles, tiles, memory, memory});
}

}  // namespace wattention::wormhole
