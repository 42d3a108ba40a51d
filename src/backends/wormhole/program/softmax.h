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
  Memory memory, out_memory;
  std::optional<Fidelity> fidelity = std::nullopt;  ///< empty: as the release does
  bool fp32_accumulate = false;
  bool approximate = true;
  std::optional<Memory> mask = std::nullopt;  ///< where it is
  bool causal = false;                        ///< the mask has a row for each
  std::int64_t mask_tiles = 0;                ///< that are read, for all rows together
};

/// The programs along other dimensions than the last, or of more than four: a line of tiles a unit of work.
struct SoftmaxLinesProblem {
  enum class Along { width, height, matrices };
  Along along;
  std::int64_t lines;       ///< of all matrices together
  std::int64_t line_tiles;  ///< of each
  Memory memory, out_memory;
  Fidelity fidelity;
};
Program make_softmax_lines(const SoftmaxLinesProblem& problem);
/// Its buffers hold a line; where they would not, the release takes a program that reads it three times.
bool line_fits(const SoftmaxLinesProblem& problem);

/// One core takes whole tile rows; the exponentials of a row stay in its L1.
Program make_softmax(const SoftmaxProblem& problem, const Release& release);

}  // namespace wattention::wormhole
