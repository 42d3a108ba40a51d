// a lies in shards and nobody names a grid: tt-metal v0.57.0-rc71, matmul_op.cpp, get_matmul_program_config. Where the
// shards lie says which program it is.
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

CoreGrid extent_of(const Sharding& sharding) {
  const CoreRange bound = sharding.bounding_range();
  return {bound.y1 - bound.y0 + 1, bound.x1 - bound.x0 + 1};
}

std::int64_t rows_of_all(const MatmulProblem& problem) {
  return problem.batch * problem.m_tiles;
}

void expect_result_like(const MatmulProblem& problem) {
  if (!problem.out_shards) return;
  expect(problem.out_shards->layout == problem.a_shards->layout,
         "[matmul] expected the result in shards as the first tensor's; found {} and {}",
         to_string(*problem.a_shards), to_string(*problem.out_shards));
}

// A result in shards has one row of tiles in the registers, as wide as a core's.
void fit_and_subdivide(MatmulConfig& config, const MatmulProblem& problem) {
  config.out_block = fit_block(config.per_core, problem, ShrinkK::no);
  config.out_block.k = config.per_core.k;
  const std::int64_t most = problem.fp32_accumulate ? 4 : 8;
  const BlockSize& block = config.out_block;
  if (!problem.out_shards)
    config.subblock = choose_subblock(block, problem.fp32_accumulate, SubblockOrder::height_first);
  else
    config.subblock = {1, block.n <= most ? block.n : 1};
}

MatmulConfig one_dimensional(const MatmulProblem& problem) {
  const Sharding& shards = *problem.a_shards;
  const ShardTiles shard = tiles_of_shard(shards);
  expect(shards.order == ShardOrder::by_row,
         "[matmul] expected the first tensor's shards by row; found {}", to_string(shards));
  expect_result_like(problem);
  const bool wide = shards.layout == ShardLayout::width;
  MatmulConfig config;
  config.kind = wide ? MatmulKind::mcast_1d_in0 : MatmulKind::mcast_1d_in1;
  config.grid = extent_of(shards);
  config.fuse_batch = true;
  config.per_core = {wide ? rows_of_all(problem) : shard.rows,
                     wide ? ceil_div(problem.n_tiles, shards.core_count()) : problem.n_tiles,
                     wide ? std::gcd(shard.columns, problem.k_tiles) : problem.k_tiles};
  fit_and_subdivide(config, problem);
  return config;
}

MatmulConfig two_dimensional(const MatmulProblem& problem) {
  const Sharding& shards = *problem.a_shards;
  const ShardTiles shard = tiles_of_shard(shards);
  const bool transposed = shards.order == ShardOrder::by_column;
  expect_result_like(problem);
  const CoreGrid grid = extent_of(shards);
  const std::int64_t across = transposed ? grid.y : grid.x, down = transposed ? grid.x : grid.y;
  expect(down == ceil_div(rows_of_all(problem), shard.rows),
         "[matmul] expected shards on all rows of their grid; found {}. Num cores along y must "
         "match provided grid size!",
         to_string(shards));
  expect(across == ceil_div(problem.k_tiles, shard.columns),
         "[matmul] expected shards on all columns of their grid; found {}. Num cores along x must "
         "match provided grid size!",
         to_string(shards));
  MatmulConfig config;
  config.kind = MatmulKind::mcast_2d;
  config.grid = grid;
  config.fuse_batch = true;
  config.transpose_mcast = transposed;
  const bool even = across == problem.k_tiles / shard.columns;
  config.per_core = {ceil_div(rows_of_all(problem), down), ceil_div(problem.n_tiles, across),
                     even ? std::gcd(shard.columns, problem.k_tiles) : 1};
  fit_and_subdivide(config, problem);
  return config;
}

MatmulConfig batched(const MatmulProblem& problem) {
  const Sharding& shards = *problem.a_shards;
  const ShardTiles shard = tiles_of_shard(shards);
  expect(shards.layout != ShardLayout::width,
         "[matmul] expected the first tensor in shards of rows where the second has several "
         "matrices; found {}",
         to_string(shards));
  expect_result_like(problem);
  expect(!problem.b_shards ||
             (problem.b_shards->layout == shards.layout &&
              problem.b_shards->cores == shards.cores && problem.b_shards->order == shards.order),
         "[matmul] expected both tensors in shards on the same cores; found {} and {}",
         to_string(shards), to_string(problem.b_shards.value_or(Sharding{})));
  MatmulConfig config;
  config.kind = MatmulKind::batched_reuse;
  config.grid = extent_of(shards);
  config.per_core = config.out_block = {shard.rows, problem.n_tiles, shard.columns};
  const std::int64_t most = problem.fp32_accumulate ? 4 : 8;
  config.subblock =
      problem.out_shards
          ? Subblock{1, config.per_core.n <= most ? config.per_core.n : 1}
          : choose_subblock(config.per_core, problem.fp32_accumulate, SubblockOrder::height_first);
  return config;
}

}  // namespace

MatmulConfig choose_with_shards(const MatmulProblem& problem, const Release& release) {
  if (problem.b_batched) return batched(problem);
  expect(!problem.b_shards,
         "[matmul] expected the second tensor in pages where the first is in shards and nothing "
         "names a program; found {}",
         to_string(problem.b_shards.value_or(Sharding{})));
  const CoreGrid grid = extent_of(*problem.a_shards);
  const bool block = problem.a_shards->layout == ShardLayout::block;
  if (!block && (grid.x > 1 || grid.y > 1)) return one_dimensional(problem);
  if (block && grid.x > 1 && grid.y > 1) return two_dimensional(problem);
  return choose_with_grid(problem, release);
}

}  // namespace wattention::wormhole
