#pragma once
// The program of one operand on the vector unit.
#include <wattention/tensor.h>

#include <string_view>

#include "backends/wormhole/program/shards.h"

namespace wattention::wormhole {

struct UnaryProblem {
  std::string_view op;
  std::int64_t tiles;
  Memory memory;  ///< of the input
  Memory out_memory;
  int steps;  ///< cycles of the vector unit for 32 elements
  DType dtype = DType::bf16;
  std::optional<DType> out_dtype = std::nullopt;  ///< unset: the same
  int operands = 1;                               ///< tensors of one shape, each with so many tiles
  std::optional<Sharding> shards = std::nullopt;  ///< of both
};

/// Tile by tile over all cores.
Program make_unary(const UnaryProblem& problem);

}  // namespace wattention::wormhole
