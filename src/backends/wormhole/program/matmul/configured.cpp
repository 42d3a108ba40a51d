// The caller's own program config: tt-metal v0.57.0-rc71, matmul_op.cpp (Matmul::validate) and the program factories,
// whose sentences the refusals end with.
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/choose.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

using Kind = ProgramConfig::Kind;

MatmulKind kind_of(const ProgramConfig& config) {
  if (config.kind == Kind::mcast_2d) return MatmulKind::mcast_2d;
  if (config.kind == Kind::reuse) return MatmulKind::batched_reuse;
  return config.mcast_in0 ? MatmulKind::mcast_1d_in0 : MatmulKind::mcast_1d_in1;
}

void check_positive(const ProgramConfig& config) {
  for (const int size : {config.in0_block_w, config.out_subblock_h, config.out_subblock_w,
                         config.per_core_m, config.per_core_n})
    expect(size > 0, "[matmul] expected sizes of at least 1 in a program config; found {}",
           to_string(config));
  expect(config.kind != Kind::sharded,
         "[matmul] expected the program config of a product; found {}", to_string(config));
}

void check_divides(std::int64_t whole, std::int64_t part) {
  expect(part > 0 && whole % part == 0,
         "[matmul] expected blocks that divide each other; found {} in {}. Error: incompatible "
         "values {} and {}",
         part, whole, whole, part);
}

void check_blocks(const MatmulConfig& config) {
  check_divides(config.per_core.m, config.out_block.m);
  check_divides(config.per_core.n, config.out_block.n);
  check_divides(config.out_block.m, config.subblock.h);
  check_divides(config.out_block.n, config.subblock.w);
}

// Whole matrices, several, or equal parts of one to a core.
void check_reuse(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t m = problem.m_tiles, per_core = config.per_core.m;
  if (per_core > m) {
    expect(per_core % m == 0,
           "[matmul] expected whole matrices a core; found {} rows of {}. per_core_M, {}, must be "
           "a multiple of M, {} if per_core_M > M!",
           per_core, m, per_core, m);
    const std::int64_t total = problem.batch * m;
    expect(total % per_core == 0,
           "[matmul] expected as many matrices for each core; found {} rows of {}. input a total "
           "height, {}, must be divisible by per_core_M, {}!",
           per_core, total, total, per_core);
  } else {
    expect(m % per_core == 0,
           "[matmul] expected a part of each matrix a core; found {} rows of {}. per_core_M, {}, "
           "must divide M, {}, if per_core_M < M!",
           per_core, m, per_core, m);
  }
  expect(problem.n_tiles == config.per_core.n,
         "[matmul] expected all columns on each core; found {} of {}. Error: N, {}, is not equal "
         "to per_core_N, {}",
         config.per_core.n, problem.n_tiles, problem.n_tiles, config.per_core.n);
  expect(problem.batch == 1 || problem.b_batched,
         "[matmul] expected one matrix, or as many on both sides, for reuse; found {} and 1",
         problem.batch);
  expect(!problem.fused_bias,
         "[matmul] expected no bias for reuse; found one. Bias is not supported for "
         "MatmulMultiCoreReuseProgramConfig!");
}

void check_registers(const MatmulConfig& config, const MatmulProblem& problem) {
  expect(problem.k_tiles % config.per_core.k == 0,
         "[matmul] expected blocks that divide K; found {} in {}. Kt must be divisible by "
         "in0_block_w",
         config.per_core.k, problem.k_tiles);
  expect(config.per_core.m % config.subblock.h == 0,
         "[matmul] expected a subblock that divides the rows of a core; found {} in {}. "
         "per_core_M must be divisible by out_subblock_h",
         config.subblock.h, config.per_core.m);
  expect(config.per_core.n % config.subblock.w == 0,
         "[matmul] expected a subblock that divides the columns of a core; found {} in {}. "
         "per_core_N must be divisible by out_subblock_w",
         config.subblock.w, config.per_core.n);
  const std::int64_t registers = problem.fp32_accumulate ? 4 : 8;
  expect(config.subblock.w * config.subblock.h <= registers,
         "[matmul] expected a subblock of at most {} tiles; found {} x {}. out_subblock_w {} times "
         "out_subblock_h {} needs to be at most {} to fit in hardware",
         registers, config.subblock.h, config.subblock.w, config.subblock.w, config.subblock.h,
         registers);
}

void check_cores(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t rows = problem.m_tiles * (config.fuse_batch ? problem.batch : 1);
  std::int64_t down = ceil_div(rows, config.per_core.m);
  std::int64_t across = ceil_div(problem.n_tiles, config.per_core.n);
  if (config.transpose_mcast) std::swap(down, across);
  const CoreGrid grid = config.grid;
  if (config.kind == MatmulKind::mcast_2d) {
    expect(across <= grid.x,
           "[matmul] expected blocks that fit the grid's columns; found {}. Num output blocks "
           "along x {} must be smaller than or equal to the number of columns in compute grid {}!",
           across, across, grid.x);
    expect(down <= grid.y,
           "[matmul] expected blocks that fit the grid's rows; found {}. Num output blocks along y "
           "{} must be smaller than or equal to the number of rows in compute grid {}!",
           down, down, grid.y);
    return;
  }
  const std::int64_t cores = std::int64_t{grid.x} * grid.y;
  expect(down * across <= cores,
         "[matmul] expected a block a core; found {} for {}. Number of blocks exceeds number of "
         "cores: {} blocks > {} cores",
         down * across, cores, down * across, cores);
}

}  // namespace

MatmulConfig configured(const MatmulProblem& problem) {
  const ProgramConfig& asked = *problem.program;
  check_positive(asked);
  MatmulConfig config;
  config.kind = kind_of(asked);
  config.grid = asked.grid;
  config.fuse_batch = asked.fuse_batch && asked.kind != Kind::reuse;
  config.transpose_mcast = asked.transpose_mcast && asked.kind == Kind::mcast_2d;
  config.per_core = {asked.per_core_m, asked.per_core_n, asked.in0_block_w};
  const bool whole = asked.kind == Kind::reuse;
  config.out_block = {whole || asked.out_block_h == 0 ? config.per_core.m : asked.out_block_h,
                      whole || asked.out_block_w == 0 ? config.per_core.n : asked.out_block_w,
                      config.per_core.k};
  config.subblock = {asked.out_subblock_h, asked.out_subblock_w};
  const CoreGrid device = clamp_grid(std::nullopt);
  expect(asked.grid.x <= device.x && asked.grid.y <= device.y,
         "[matmul] expected a grid of at most {}x{} cores; found {}x{}", device.y, device.x,
         asked.grid.y, asked.grid.x);
  if (whole) {
    check_reuse(config, problem);
  } else {
    // Stacked rows would all meet the first of them.
    if (problem.b_batched && config.fuse_batch)
      fail(ErrorKind::unsupported,
           "[matmul] expected fuse_batch=false for several matrices on the second side, as the "
           "release takes the first of them for all; found true");
    check_blocks(config);
  }
  check_registers(config, problem);
  if (!whole) check_cores(config, problem);
  return config;
}

}  // namespace wattention::wormhole
