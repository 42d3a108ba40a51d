#pragma once
// The program of layer_norm and rms_norm: a row of tiles stays in the L1 of one core.
#include <wattention/tensor.h>

#include <optional>
#include <string_view>

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
  bool weights_in_rows;  ///< weight and bias are row major
};

Program make_norm(const NormProblem& problem);

/// Its buffers hold a row; where they would not, the release takes a program that reads the row three times.
bool row_fits(const NormProblem& problem);

}  // namespace wattention::wormhole
