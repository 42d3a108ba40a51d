// No core grid and something in L1: tt-metal v0.57.0-rc71, matmul_op.cpp,
// create_simple_matmul_program_config. The result hangs on the L1 in use.
#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/matmul/square_blocks.h"
#include "backends/wormhole/program/matmul/subblock.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// Always over the whole device: this program does not look at the grid.
MatmulConfig multi_core(const MatmulProblem& problem) {
  MatmulConfig config;
  config.kind = MatmulKind::multi_core;
  config.grid = n150d().compute_grid;
  config.per_core.k = config.out_block.k = problem.k_tiles;
  return config;
}

// Where it is always the same, it does not divide a block with a side of 2 (or 1): the release then refuses its own
// choice, and so do we (choose.cpp).
Subblock square_subblock(const MatmulProblem& problem, const BlockSize& block,
                         const Release& release) {
  if (release.matmul_square_wide) return choose_row_subblock(block, problem.fp32_accumulate);
  return {block.m == 2 ? 4 : 1, 2};
}

MatmulConfig square_two_dimensional(const MatmulProblem& problem, const BlockSize& block,
                                    CoreGrid grid, const Release& release) {
  MatmulConfig config;
  config.kind = MatmulKind::mcast_2d;
  config.grid = grid;
  config.per_core = config.out_block = block;
  config.subblock = square_subblock(problem, block, release);
  return config;
}

// Longer than the ratio allows, and pages on both sides: tiles of one side alone do not count here.
bool is_long(const MatmulProblem& problem, const Release& release) {
  const bool in_shards = problem.a_shards || problem.b_shards || problem.out_shards;
  return release.matmul_narrow_in_l1 && !in_shards &&
         is_longer(problem.m_tiles, problem.n_tiles, release.matmul_narrow_ratio);
}

}  // namespace

MatmulConfig choose_with_l1(const MatmulProblem& problem, CoreGrid grid, const Release& release) {
  const SquareBlocks blocks = square_blocks(problem, grid, release);
  const bool several = blocks.rows > 1 || blocks.columns > 1 || problem.out_shards;
  const std::int64_t k = several && problem.k_tiles % 2 != 0 ? 1 : 2;
  const bool placeable = blocks.rows * blocks.columns <= std::int64_t{grid.x} * grid.y;
  if (!placeable || problem.k_tiles % k != 0) return multi_core(problem);
  // Where the blocks do not spread over cores, the result's shards decide.
  const auto asks_for = [&](ShardLayout layout) {
    return !blocks.spread && problem.out_shards && problem.out_shards->layout == layout;
  };
  const bool narrow = is_long(problem, release);
  const bool wide = problem.n_tiles > problem.m_tiles;
  if (blocks.one_row() || (narrow && wide) || asks_for(ShardLayout::width))
    return one_dimensional(problem, MatmulKind::mcast_1d_in0);
  if (blocks.one_column() || narrow || asks_for(ShardLayout::height))
    return one_dimensional(problem, MatmulKind::mcast_1d_in1);
  if (blocks.spread || asks_for(ShardLayout::block))
    return square_two_dimensional(problem, {blocks.side, blocks.side, k}, grid, release);
  return multi_core(problem);
}

}  // namespace wattention::wormhole
