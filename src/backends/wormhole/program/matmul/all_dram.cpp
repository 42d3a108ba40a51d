// No core grid, all three tensors in DRAM: tt-metal v0.57.0-rc71, matmul_op.cpp,
// create_simple_matmul_program_config and get_mcast_1d_config.
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/matmul/fit.h"
#include "backends/wormhole/program/matmul/square_blocks.h"
#include "backends/wormhole/program/matmul/subblock.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

MatmulConfig two_dimensional(const MatmulProblem& problem, CoreGrid grid, const Release& release) {
  MatmulConfig config;
  config.kind = MatmulKind::mcast_2d;
  config.grid = grid;
  const std::int64_t k = problem.k_tiles % grid.x == 0 ? problem.k_tiles / grid.x : 1;
  config.per_core = {ceil_div(problem.m_tiles, grid.y), ceil_div(problem.n_tiles, grid.x), k};
  const ShrinkK shrink =
      release.matmul_out_block_first ? ShrinkK::before_sides : ShrinkK::after_sides;
  config.out_block = fit_block(config.per_core, problem, shrink);
  config.per_core.k = config.out_block.k;
  config.subblock =
      choose_subblock(config.out_block, problem.fp32_accumulate, SubblockOrder::height_first);
  return config;
}

}  // namespace

MatmulConfig one_dimensional(const MatmulProblem& problem, MatmulKind kind) {
  const std::int64_t cores = n150d().compute_cores();
  // The release shares out elements, then rounds up to tiles.
  const auto share = [cores](std::int64_t tiles) {
    return ceil_div(ceil_div(tiles * tile_side, cores), tile_side);
  };
  const bool in0 = kind == MatmulKind::mcast_1d_in0;
  MatmulConfig config;
  config.kind = kind;
  config.grid = n150d().compute_grid;
  config.per_core = {in0 ? problem.m_tiles : share(problem.m_tiles),
                     in0 ? share(problem.n_tiles) : problem.n_tiles,
                     problem.k_tiles % 2 == 0 ? 2 : 1};
  config.out_block = fit_block(config.per_core, problem, ShrinkK::no);
  config.out_block.k = config.per_core.k;
  config.subblock =
      choose_subblock(config.out_block, problem.fp32_accumulate, SubblockOrder::height_first);
  return config;
}

MatmulConfig choose_all_dram(const MatmulProblem& problem, CoreGrid grid, const Release& release) {
  const bool narrow = is_narrow(problem.m_tiles, problem.n_tiles, release.matmul_narrow_ratio);
  const bool wide = problem.n_tiles > problem.m_tiles;
  const SquareBlocks blocks = square_blocks(problem, grid, release);
  const bool by_squares = release.matmul_squares_in_dram;
  if ((by_squares && blocks.one_row()) || (narrow && wide))
    return one_dimensional(problem, MatmulKind::mcast_1d_in0);
  if ((by_squares && blocks.one_column()) || narrow)
    return one_dimensional(problem, MatmulKind::mcast_1d_in1);
  return two_dimensional(problem, grid, release);
}

}  // namespace wattention::wormhole
