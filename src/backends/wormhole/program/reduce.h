#pragma once
// The programs of sums, products and largest values.
#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

enum class ReducedSide { width, height, height_and_width, batch, batch_product };

struct ReduceProblem {
  std::string_view op;
  ReducedSide side;
  bool largest;               ///< else a sum, or a product
  std::int64_t out_tiles;     ///< rows of tiles for width, columns of them for height
  std::int64_t tiles_of_one;  ///< tiles that become one
  Memory memory;              ///< of the input
  Memory out_memory;
  Fidelity fidelity;
  DType dtype = DType::bf16;  ///< of the input
  DType out_dtype = dtype;
  bool varies = false;  ///< the variance along that side, instead
};

/// A core takes whole rows, columns or positions; its reader waits for each tile.
Program make_reduce(const ReduceProblem& problem);

}  // namespace wattention::wormhole
