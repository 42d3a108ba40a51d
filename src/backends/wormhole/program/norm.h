#pragma once
// The program of layer_norm and rms_norm: a row of tiles stays in the L1 of one core.
#include <wattention/program_config.h>
#include <wattention/tensor.h>

#include <optional>
#include <string_view>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

struct NormProblem {
  std::string_view op;
  std::int64_t tile_rows;  ///< of all matrices together
  std::int64_t width_tiles;
  NormNumerics numerics;
  Memory memory, out_memory;
  /// Where they are; empty where they are left out.
  std::optional<Memory> weight, bias, residual;
  bool one_root = false;  ///< 1 / root is one function, and means are scaled in the vector unit
  bool weights_in_rows;   ///< weight and bias are row major
};

Program make_norm(const NormProblem& problem);

/// What a row of so many tiles asks of a core.
UnitWork norm_row(const NormProblem& problem, std::int64_t tiles);

/// Rows lie in parts, as the numerics say; the cores sum up their parts' sums over the network.
struct NormInShards {
  Sharding sharding;
  ProgramConfig config;
  DType dtype;
};
Program make_norm_in_shards(const NormProblem& problem, const NormInShards& shards);

/// Its buffers hold a row; where they would not, the release takes a program that reads the row three times.
bool row_fits(const NormProblem& problem);

}  // namespace wattention::wormhole
