#pragma once
// The softmax program over the last dimension.
#include <wattention/tensor.h>

#include <optional>

#include "backends/wormhole/program/program.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

struct SoftmaxProblem {
  std::int64_t tile_rows;  ///< of all matrices together
  std::int64_t width_tiles;
  bool padded_columns;  ///< the last tile of a row has padding, which a mask tile hides
  std::optional<bool> numeric_stable;  ///< empty: as the release does
  Memory memory;                       ///< of the input; the output goes there too
};

/// One core takes whole tile rows; the exponentials of a row stay in its L1.
Program make_softmax(const SoftmaxProblem& problem, const Release& release);

}  // namespace wattention::wormhole
