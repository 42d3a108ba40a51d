// Operands and results in shards: tt-metal v0.57.0-rc71, matmul_op.cpp, Matmul::validate and compute_output_specs.
// Where the release says no more than "Error", the sentence is this project's alone.
#include "backends/wormhole/program/shards.h"

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

std::int64_t rows_of(const MatmulConfig& config, const MatmulProblem& problem) {
  return problem.m_tiles * (config.fuse_batch ? problem.batch : 1);
}

void check_in_grid(const std::optional<Sharding>& shards, CoreGrid grid) {
  if (!shards) return;
  const CoreRange bound = shards->bounding_range();
  expect(bound.x1 <= grid.x && bound.y1 <= grid.y,
         "[matmul] expected shards within the grid of the program, {}x{}; found {}. Tensor shard "
         "spec grid must be within config grid!",
         grid.y, grid.x, to_string(*shards));
}

void check_layout(const Sharding& shards, ShardLayout wanted, std::string_view sentence) {
  expect(shards.layout == wanted,
         "[matmul] expected shards as the program reads them; found {}. {}", to_string(shards),
         sentence);
}

void check_order(const Sharding& shards, ShardOrder wanted) {
  expect(shards.order == wanted,
         "[matmul] expected shards in the order of the program's cores; found {}. Error: Shard "
         "orientation must be {}.",
         to_string(shards), wanted == ShardOrder::by_row ? "ROW_MAJOR" : "COL_MAJOR");
}

void check_fused(const MatmulConfig& config) {
  expect(config.fuse_batch,
         "[matmul] expected fuse_batch with shards; found false. Error: Batch fusion must be "
         "enabled.");
}

void check_same_layout(const MatmulProblem& problem) {
  if (!problem.a_shards || !problem.out_shards) return;
  expect(problem.a_shards->layout == problem.out_shards->layout,
         "[matmul] expected the result in shards as the first tensor's; found {} and {}. Error: "
         "Memory layout mismatch.",
         to_string(*problem.a_shards), to_string(*problem.out_shards));
}

// What leaves the registers is a whole row of a core's tiles, or lies in single rows.
void check_rows_of_result(const MatmulConfig& config) {
  expect(config.subblock.w == config.per_core.n || config.subblock.h == 1,
         "[matmul] expected subblocks of one row, or as wide as a core, for a result in shards; "
         "found {} x {}. Error: out_subblock_w must be equal to per_core_N or out_subblock_h must "
         "be equal to 1.",
         config.subblock.h, config.subblock.w);
  expect(config.out_block.n == config.per_core.n || config.out_block.m == 1,
         "[matmul] expected blocks of one row, or as wide as a core, for a result in shards; found "
         "{} x {}. Error: out_block_w must be equal to per_core_N or out_block_h must be equal to "
         "1.",
         config.out_block.m, config.out_block.n);
}

void check_a_sent(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t m = rows_of(config, problem);
  if (problem.a_shards) {
    const ShardTiles shard = tiles_of_shard(*problem.a_shards);
    check_fused(config);
    check_layout(*problem.a_shards, ShardLayout::width,
                 "Error: input_tensor_a must be width sharded.");
    check_order(*problem.a_shards, ShardOrder::by_row);
    expect(m == config.per_core.m,
           "[matmul] expected all rows on each core; found {} of {}. Error: M ({}) must be equal "
           "to per_core_M ({}).",
           config.per_core.m, m, m, config.per_core.m);
    expect(shard.columns % config.per_core.k == 0,
           "[matmul] expected blocks that divide a shard; found {} in {}. Error: shard_shape[1] "
           "({}) / in0_tile_shape[1] (32) must be divisible by in0_block_w.",
           config.per_core.k, shard.columns, problem.a_shards->shard_columns);
  }
  if (problem.out_shards) {
    check_layout(*problem.out_shards, ShardLayout::width,
                 "Error: Output memory layout must be WIDTH_SHARDED.");
    expect(m == config.per_core.m,
           "[matmul] expected all rows on each core; found {} of {}. Error: M {} must be equal to "
           "per_core_M {}.",
           config.per_core.m, m, m, config.per_core.m);
    check_rows_of_result(config);
  }
  if (!problem.b_shards) return;
  check_layout(*problem.b_shards, ShardLayout::width,
               "Operand B can only be interleaved or L1 width sharded.");
  expect(config.per_core.n == tiles_of_shard(*problem.b_shards).columns,
         "[matmul] expected the second tensor's shards as wide as a core's columns, {}; found {}. "
         "Shard width must match per core N.",
         config.per_core.n, to_string(*problem.b_shards));
}

void check_b_sent(const MatmulConfig& config, const MatmulProblem& problem) {
  if (problem.a_shards) {
    const ShardTiles shard = tiles_of_shard(*problem.a_shards);
    check_fused(config);
    check_layout(*problem.a_shards, ShardLayout::height,
                 "Error: input_tensor_a must be height sharded.");
    check_order(*problem.a_shards, ShardOrder::by_row);
    expect(ceil_div(rows_of(config, problem), config.per_core.m) <= problem.a_shards->core_count(),
           "[matmul] expected a shard for each core; found {}. Error: M must be divisible by "
           "per_core_M.",
           to_string(*problem.a_shards));
    expect(config.per_core.m == shard.rows,
           "[matmul] expected shards of {} rows of tiles; found {}. Error: per_core_M must be "
           "equal to shard_shape[0] / in0_tile_shape[0].",
           config.per_core.m, shard.rows);
    expect(problem.k_tiles == shard.columns,
           "[matmul] expected shards of {} columns of tiles; found {}. Error: K must be equal to "
           "shard_shape[1] / in0_tile_shape[1].",
           problem.k_tiles, shard.columns);
  }
  if (problem.out_shards) {
    check_layout(*problem.out_shards, ShardLayout::height,
                 "Error: Output memory layout must be HEIGHT_SHARDED.");
    expect(problem.n_tiles == config.per_core.n,
           "[matmul] expected all columns on each core; found {} of {}. Error: N must be equal to "
           "per_core_N.",
           config.per_core.n, problem.n_tiles);
    check_rows_of_result(config);
  }
  expect(!problem.b_shards,
         "[matmul] expected the second tensor in pages; found {}. Error: Operand B must be "
         "interleaved.",
         to_string(problem.b_shards.value_or(Sharding{})));
}

void check_two_dimensional_a(const MatmulConfig& config, const MatmulProblem& problem) {
  const Sharding& shards = *problem.a_shards;
  const ShardTiles shard = tiles_of_shard(shards);
  check_fused(config);
  expect(
      shards.layout != ShardLayout::width,
      "[matmul] expected the first tensor in blocks or rows; found {}. Unsupported memory layout "
      "TensorMemoryLayout::WIDTH_SHARDED.",
      to_string(shards));
  if (shards.layout == ShardLayout::block) {
    check_order(shards, config.transpose_mcast ? ShardOrder::by_column : ShardOrder::by_row);
  } else {
    const CoreRange bound = shards.bounding_range();
    expect(!config.transpose_mcast && problem.k_tiles == config.per_core.k &&
               config.per_core.k == shard.columns && bound.x0 == bound.x1,
           "[matmul] expected shards of rows in one column of cores, and all of K in one block; "
           "found {} and {}",
           to_string(shards), config.per_core.k);
  }
  expect(config.per_core.m == shard.rows && shard.columns % config.per_core.k == 0,
         "[matmul] expected shards of {} rows of tiles, and blocks of K that divide them; found {} "
         "and {}",
         config.per_core.m, to_string(shards), config.per_core.k);
}

void check_two_dimensional(const MatmulConfig& config, const MatmulProblem& problem) {
  if (problem.a_shards) check_two_dimensional_a(config, problem);
  if (problem.b_shards) {
    const CoreRange bound = problem.b_shards->bounding_range();
    expect(
        !config.transpose_mcast && problem.b_shards->layout == ShardLayout::width &&
            (!problem.a_shards || problem.a_shards->layout == ShardLayout::height) &&
            config.per_core.n == tiles_of_shard(*problem.b_shards).columns && bound.y0 == bound.y1,
        "[matmul] expected the second tensor in shards of a core's columns, in one row of cores; "
        "found {}",
        to_string(*problem.b_shards));
  }
  if (!problem.out_shards) return;
  check_layout(*problem.out_shards, ShardLayout::block,
               "The result of a 2D program can only be block sharded.");
  check_rows_of_result(config);
}

void check_reuse(const MatmulConfig& config, const MatmulProblem& problem) {
  for (const auto* shards : {&problem.a_shards, &problem.b_shards, &problem.out_shards})
    expect(!*shards || (*shards)->layout != ShardLayout::width,
           "[matmul] expected shards of rows or blocks for reuse; found {}. "
           "MatmulMultiCoreReuseProgramConfig: Cannot be width sharded",
           to_string(shards->value_or(Sharding{})));
  if (problem.a_shards) {
    const ShardTiles shard = tiles_of_shard(*problem.a_shards);
    expect(problem.k_tiles == shard.columns && shard.columns == config.per_core.k,
           "[matmul] expected shards with all of K, in one block; found {} and {}. Error: K, {}, "
           "needs to be equal to {}",
           to_string(*problem.a_shards), config.per_core.k, problem.k_tiles * tile_side,
           problem.a_shards->shard_columns);
    expect(config.per_core.m == shard.rows,
           "[matmul] expected shards of {} rows of tiles; found {}. Error: {} * 32 needs to equal "
           "{}",
           config.per_core.m, shard.rows, config.per_core.m, problem.a_shards->shard_rows);
  }
  if (problem.b_shards) {
    const ShardTiles shard = tiles_of_shard(*problem.b_shards);
    expect(config.per_core.m % problem.m_tiles == 0,
           "[matmul] expected whole matrices a core; found {} rows of {}. per_core_M must be a "
           "multiple of M if input b is sharded!",
           config.per_core.m, problem.m_tiles);
    expect(shard.columns == problem.n_tiles && shard.rows % problem.k_tiles == 0,
           "[matmul] expected the second tensor in shards of whole matrices; found {}",
           to_string(*problem.b_shards));
  }
  if (!problem.out_shards) return;
  expect(config.subblock.w == config.per_core.n || config.subblock.h == 1,
         "[matmul] expected subblocks of one row, or as wide as a core, for a result in shards; "
         "found {} x {}",
         config.subblock.h, config.subblock.w);
}

}  // namespace

void check_operand_shards(const MatmulConfig& config, const MatmulProblem& problem) {
  if (!problem.a_shards && !problem.b_shards && !problem.out_shards) return;
  if (config.kind == MatmulKind::multi_core)
    fail(ErrorKind::bad_input,
         "[matmul] expected tensors in pages, as the program is MatmulMultiCore; found shards. "
         "Unsupported op for output sharding");
  check_same_layout(problem);
  if (config.kind == MatmulKind::batched_reuse) return check_reuse(config, problem);
  check_in_grid(problem.a_shards, config.grid);
  check_in_grid(problem.b_shards, config.grid);
  if (config.kind == MatmulKind::mcast_1d_in0) return check_a_sent(config, problem);
  if (config.kind == MatmulKind::mcast_1d_in1) return check_b_sent(config, problem);
  check_two_dimensional(config, problem);
}

Sharding result_shards(const MatmulConfig& config, const MatmulProblem& problem) {
  const bool reuse = config.kind == MatmulKind::batched_reuse;
  const std::int64_t rows = reuse ? problem.batch * problem.m_tiles : rows_of(config, problem);
  const auto down = static_cast<int>(ceil_div(rows, config.per_core.m));
  const auto across = static_cast<int>(ceil_div(problem.n_tiles, config.per_core.n));
  Sharding shards{problem.out_shards->layout,
                  config.per_core.m * tile_side,
                  config.per_core.n * tile_side,
                  {},
                  ShardOrder::by_row};
  if (config.kind == MatmulKind::mcast_2d) {
    shards.order = config.transpose_mcast ? ShardOrder::by_column : ShardOrder::by_row;
    shards.cores = {config.transpose_mcast ? CoreRange{0, 0, down - 1, across - 1}
                                           : CoreRange{0, 0, across - 1, down - 1}};
    return shards;
  }
  if (reuse)
    shards.order = problem.a_shards   ? problem.a_shards->order
                   : problem.b_shards ? problem.b_shards->order
                                      : ShardOrder::by_column;
  shards.cores = first_cores(down * across, config.grid, shards.order);
  return shards;
}

}  // namespace wattention::wormhole
