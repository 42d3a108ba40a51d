#pragma once
// Tiles made of rows, and rows of tiles: how they are shared out, and what one row of tiles asks of a core.
#include "backends/wormhole/program/move.h"

namespace wattention::wormhole {

/// A tensor's rows of tiles.
struct TileRows {
  std::int64_t rows;        ///< of all matrices
  std::int64_t width;       ///< tiles in one
  std::int64_t height;      ///< rows of one matrix
  std::int64_t lines = 32;  ///< of elements in a row of tiles, without padding
  bool padded = false;      ///< elements are filled in beside or below
};

/// Whole rows of tiles, or squares where wide ones would leave cores without work.
void share_tilize(MoveProblem& problem, const TileRows& rows);
void share_untilize(MoveProblem& problem, const TileRows& rows);

}  // namespace wattention::wormhole
