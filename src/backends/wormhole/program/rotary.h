#pragma once
// The programs of rotary embeddings: a row of tiles at a time.
#include <wattention/tensor.h>

#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

struct RotaryProblem {
  std::int64_t tile_rows;  ///< of all matrices together
  std::int64_t width_tiles;
  Memory memory, cos_memory, sin_memory, out_memory;
  bool one_position;        ///< one row of cos and sin for all
  bool transforms = false;  ///< by a product with a tile, not by halves
  Fidelity fidelity = Fidelity::hifi4;
};

Program make_rotary(const RotaryProblem& problem);

}  // namespace wattention::wormhole
