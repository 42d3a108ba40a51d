// A core grid is given: tt-metal v0.57.0-rc71, matmul_op.cpp, create_matmul_program_config and
// create_matmul_1d_systolic_array_program_config. Where the tensors lie plays no role here.
#include <algorithm>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/matmul/fit.h"
#include "backends/wormhole/program/matmul/subblock.h"

namespace wattention::wormhole {
namespace {

// The largest number up to `limit` that divides `count`.
std::int64_t divisor_up_to(std::int64_t limit, std::int64_t count) {
  while (count % limit != 0) --limit;
  return limit;
}

void fit_and_subdivide(MatmulConfig& config, const MatmulProblem& problem) {
  config.out_block = fit_block(config.per_core, problem, ShrinkK::no);
  config.out_block.k = config.per_core.k;  // the search's 1 x 1 x 1 leaves the block of K alone
  config.subblock =
      choose_subblock(config.out_block, problem.fp32_accumulate, SubblockOrder::width_first);
}

MatmulConfig one_dimensional_over_grid(const MatmulProblem& problem, CoreGrid grid) {
  const std::int64_t cores = std::int64_t{grid.x} * grid.y;
  const std::int64_t rows = problem.batch * problem.m_tiles;
  const bool tall = rows > problem.n_tiles;
  MatmulConfig config;
  config.kind = tall ? MatmulKind::mcast_1d_in1 : MatmulKind::mcast_1d_in0;
  config.grid = grid;
  config.fuse_batch = true;
  config.per_core = {tall ? ceil_div(rows, cores) : rows,
                     tall ? problem.n_tiles : ceil_div(problem.n_tiles, cores),
                     divisor_up_to(ceil_div(problem.k_tiles, cores), problem.k_tiles)};
  fit_and_subdivide(config, problem);
  return config;
}

MatmulConfig two_dimensional(const MatmulProblem& problem, CoreGrid grid, const Release& release) {
  MatmulConfig config;
  config.kind = MatmulKind::mcast_2d;
  config.grid = grid;
  config.fuse_batch = true;
  config.per_core = {ceil_div(problem.batch * problem.m_tiles, grid.y),
                     ceil_div(problem.n_tiles, grid.x),
                     divisor_up_to(release.matmul_block_tiles_with_grid, problem.k_tiles)};
  fit_and_subdivide(config, problem);
  if (config.subblock.w != config.per_core.n) config.subblock.h = 1;
  return config;
}

MatmulConfig batched(const MatmulProblem& problem, CoreGrid grid, const Release& release) {
  const BlockSize matrix{problem.m_tiles, problem.n_tiles, 1};
  if (!fits(matrix, problem)) return choose_without_grid(problem, grid, release);
  MatmulConfig config;
  config.kind = MatmulKind::batched_reuse;
  config.grid = grid;
  config.per_core = config.out_block = matrix;
  config.subblock = choose_subblock(matrix, problem.fp32_accumulate, SubblockOrder::width_first);
  return config;
}

}  // namespace

MatmulConfig choose_with_grid(const MatmulProblem& problem, const Release& release) {
  const CoreGrid grid = clamp_grid(problem.core_grid);
  if (problem.b_batched) return batched(problem, grid, release);
  const bool one_tile_side = std::min({problem.m_tiles, problem.n_tiles, problem.k_tiles}) == 1;
  const bool narrow =
      is_narrow(problem.batch * problem.m_tiles, problem.n_tiles, release.matmul_narrow_ratio);
  return narrow || one_tile_side ? one_dimensional_over_grid(problem, grid)
                                 : two_dimensional(problem, grid, release);
}

}  // namespace wattention::wormhole
