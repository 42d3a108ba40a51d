// A core grid is given: tt-metal v0.57.0-rc71, matmul_op.cpp, create_matmul_program_config and
// create_matmul_1d_systolic_array_program_config. Where the tensors lie plays no role here.
#include <algorithm>
#include <numeric>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/matmul/fit.h"
#include "backends/wormhole/program/matmul/subblock.h"
#include "backends/wormhole/program/shards.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

// The largest number up to `limit` that divides `count`.
std::int64_t divisor_up_to(std::int64_t limit, std::int64_t count) {
  while (count % limit != 0) --limit;
  return limit;
}

bool lies(const MatmulProblem& problem, ShardLayout layout) {
  return problem.a_shards && problem.a_shards->layout == layout;
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
  // Shards say which operand stays where it is.
  const bool tall = lies(problem, ShardLayout::height) ||
                    (!lies(problem, ShardLayout::width) && rows > problem.n_tiles);
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
  if (lies(problem, ShardLayout::block)) {
    const ShardTiles shard = tiles_of_shard(*problem.a_shards);
    config.transpose_mcast = problem.a_shards->order == ShardOrder::by_column;
    config.per_core = {shard.rows,
                       std::max<std::int64_t>(1, problem.n_tiles * shard.columns / problem.k_tiles),
                       std::gcd(shard.columns, problem.k_tiles)};
  }
  fit_and_subdivide(config, problem);
  if (config.subblock.w != config.per_core.n) config.subblock.h = 1;
  return config;
}

// A whole matrix a core, or what the shards hold.
BlockSize block_of_batch(const MatmulProblem& problem) {
  const auto& shards = problem.a_shards ? problem.a_shards : problem.b_shards;
  if (!shards) return {problem.m_tiles, problem.n_tiles, 1};
  expect(shards->layout != ShardLayout::width,
         "[matmul] expected shards of rows or blocks where both tensors have several matrices; "
         "found {}. MatmulMultiCoreReuseProgramConfig: Cannot be width sharded",
         to_string(*shards));
  const ShardTiles shard = tiles_of_shard(*shards);
  if (problem.a_shards) return {shard.rows, problem.n_tiles, shard.columns};
  return {problem.m_tiles, shard.columns, 1};
}

MatmulConfig batched(const MatmulProblem& problem, CoreGrid grid, const Release& release) {
  expect(!problem.fused_activation,
         "[matmul] expected no activation where both tensors have several matrices; found one. "
         "Cannot use activation with batched input b");
  const BlockSize matrix = block_of_batch(problem);
  if (!problem.a_shards && !problem.b_shards && !fits(matrix, problem))
    return choose_without_grid(problem, grid, release);
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
  const bool rows_or_columns = problem.a_shards && !lies(problem, ShardLayout::block);
  if (!lies(problem, ShardLayout::block) && (narrow || one_tile_side || rows_or_columns))
    return one_dimensional_over_grid(problem, grid);
  return two_dimensional(problem, grid, release);
}

}  // namespace wattention::wormhole
