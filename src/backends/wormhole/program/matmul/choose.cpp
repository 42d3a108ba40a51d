// tt-metal v0.57.0-rc71, matmul_op.cpp: generate_matmul_program_config, get_program_config.
#include "backends/wormhole/program/matmul/choose.h"

#include <algorithm>

#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

// The release checks its own choice, and with almost no L1 left refuses some (with_l1.cpp).
void check_own_choice(const MatmulConfig& config) {
  if (config.kind == MatmulKind::multi_core) return;
  expect(config.per_core.m % config.subblock.h == 0,
         "[matmul] expected a subblock that divides the rows of a core; found {} tiles in {}. "
         "per_core_M must be divisible by out_subblock_h!",
         config.subblock.h, config.per_core.m);
  expect(config.per_core.n % config.subblock.w == 0,
         "[matmul] expected a subblock that divides the columns of a core; found {} tiles in {}. "
         "per_core_N must be divisible by out_subblock_w!",
         config.subblock.w, config.per_core.n);
}

void check_grid(const std::optional<CoreGrid>& grid) {
  if (!grid) return;
  expect(grid->x > 0,
         "[matmul] expected a core grid of at least 1x1; found x = {}. Number of columns in matmul "
         "compute grid must be greater than 0!",
         grid->x);
  expect(grid->y > 0,
         "[matmul] expected a core grid of at least 1x1; found y = {}. Number of rows in matmul "
         "compute grid must be greater than 0!",
         grid->y);
}

MatmulConfig chosen(const MatmulProblem& problem, const Release& release) {
  if (problem.program) return configured(problem);
  if (problem.core_grid) return choose_with_grid(problem, release);
  if (problem.a_shards) return choose_with_shards(problem, release);
  return choose_without_grid(problem, n150d().compute_grid, release);
}

}  // namespace

std::string_view to_string(MatmulKind kind) {
  switch (kind) {
    case MatmulKind::mcast_1d_in0: return "1D mcast_in0";
    case MatmulKind::mcast_1d_in1: return "1D mcast_in1";
    case MatmulKind::mcast_2d: return "2D mcast";
    case MatmulKind::multi_core: return "MatmulMultiCore";
    case MatmulKind::batched_reuse: return "batched reuse";
  }
  return "";
}

CoreGrid clamp_grid(const std::optional<CoreGrid>& asked) {
  const CoreGrid whole = n150d().compute_grid;
  return asked && asked->x <= whole.x && asked->y <= whole.y ? *asked : whole;
}

bool is_longer(std::int64_t height_tiles, std::int64_t width_tiles, std::int64_t ratio) {
  return std::max(height_tiles, width_tiles) / std::min(height_tiles, width_tiles) > ratio;
}

bool is_narrow(std::int64_t height_tiles, std::int64_t width_tiles, std::int64_t ratio) {
  return is_longer(height_tiles, width_tiles, ratio) || std::min(height_tiles, width_tiles) == 1;
}

MatmulConfig choose_matmul(const MatmulProblem& problem, const Release& release) {
  check_grid(problem.core_grid);
  const MatmulConfig config = chosen(problem, release);
  if (!problem.program) check_own_choice(config);
  check_operand_shards(config, problem);
  return config;
}

MatmulConfig choose_without_grid(const MatmulProblem& problem, CoreGrid grid,
                                 const Release& release) {
  return problem.all_dram ? choose_all_dram(problem, grid, release)
                          : choose_with_l1(problem, grid, release);
}

}  // namespace wattention::wormhole
