#pragma once
// The output cut into the largest square blocks that fit: decides between programs without a grid.
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/fit.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

struct SquareBlocks {
  std::int64_t side;  ///< tiles
  std::int64_t rows;  ///< blocks along M
  std::int64_t columns;
  bool spread;  ///< more than one block, and they fit the grid row by row

  bool one_row() const { return spread && rows == 1; }
  bool one_column() const { return spread && columns == 1; }
};

inline SquareBlocks square_blocks(const MatmulProblem& problem, CoreGrid grid,
                                  const Release& release) {
  const std::int64_t side = largest_square(problem, release.matmul_largest_square);
  const std::int64_t rows = ceil_div(problem.m_tiles, side);
  const std::int64_t columns = ceil_div(problem.n_tiles, side);
  const bool spread = rows * columns > 1 && rows <= grid.y && columns <= grid.x;
  return {side, rows, columns, spread};
}

}  // namespace wattention::wormhole
