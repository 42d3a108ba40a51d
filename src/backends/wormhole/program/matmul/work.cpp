#include "backends/wormhole/program/matmul/work.h"

#include <algorithm>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/work_split.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// Cores with work, the grid around them, and how often the busiest walks over K.
struct Placement {
  CoreGrid grid;
  int cores;
  std::int64_t passes;
};

std::int64_t unfused_batch(const MatmulConfig& config, const MatmulProblem& problem) {
  return config.fuse_batch ? 1 : problem.batch;
}

Placement place_multicast(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t rows = problem.m_tiles * (config.fuse_batch ? problem.batch : 1);
  const int blocks_y = static_cast<int>(ceil_div(rows, config.per_core.m));
  const int blocks_x = static_cast<int>(ceil_div(problem.n_tiles, config.per_core.n));
  const int cores = blocks_y * blocks_x;
  const CoreGrid grid = config.kind != MatmulKind::mcast_2d
                            ? bounding_grid(cores, config.grid, FillOrder::by_row)
                        : config.transpose_mcast ? CoreGrid{blocks_x, blocks_y}
                                                 : CoreGrid{blocks_y, blocks_x};
  const std::int64_t out_blocks =
      (config.per_core.m / config.out_block.m) * (config.per_core.n / config.out_block.n);
  return {grid, cores, unfused_batch(config, problem) * out_blocks};
}

Placement place(const MatmulConfig& config, const MatmulProblem& problem) {
  const bool by_tile = config.kind == MatmulKind::multi_core;
  if (!by_tile && config.kind != MatmulKind::batched_reuse) return place_multicast(config, problem);
  const std::int64_t units = by_tile ? problem.batch * problem.m_tiles * problem.n_tiles
                                     : ceil_div(problem.batch * problem.m_tiles, config.per_core.m);
  const WorkSplit split = split_work(units, config.grid);
  return {bounding_grid(split.cores, config.grid, FillOrder::by_column), split.cores,
          split.largest};
}

MatmulBlocks blocks_of(const MatmulConfig& config, const MatmulProblem& problem,
                       std::int64_t passes) {
  return {config.per_core.m,
          config.per_core.n,
          config.per_core.k,
          problem.k_tiles / config.per_core.k,
          config.out_block.m,
          config.out_block.n,
          config.subblock.h,
          config.subblock.w,
          passes};
}

// The unpackers keep the operand of the shorter side of a subblock and stream the other past it.
std::int64_t unpacked_for_products(std::int64_t products, const Subblock& subblock) {
  const std::int64_t shorter = std::min(subblock.h, subblock.w);
  const std::int64_t longer = std::max(subblock.h, subblock.w);
  return products / (shorter * longer) * shorter * (1 + longer);
}

TileWork core_work(const MatmulConfig& config, const MatmulNumerics& numerics,
                   const MatmulBlocks& blocks, const MatmulProblem& problem) {
  const std::int64_t out_tiles = blocks.passes * blocks.out_block_m * blocks.out_block_n;
  const std::int64_t reloads = numerics.l1_accumulate ? 1 : blocks.k_blocks - 1;
  TileWork work;
  work.products = out_tiles * problem.k_tiles;
  work.unpacked = unpacked_for_products(work.products, config.subblock) + out_tiles * reloads;
  work.packed = out_tiles * blocks.k_blocks;
  constexpr std::int64_t vectors_of_a_tile = 32;
  work.vector_cycles = out_tiles * vectors_of_a_tile * problem.activation_steps;
  return work;
}

TileWork times(const TileWork& work, std::int64_t cores) {
  TileWork all = work;
  for (std::int64_t* tiles : {&all.products, &all.unpacked, &all.packed, &all.vector_cycles})
    *tiles *= cores;
  return all;
}

struct OperandTiles {
  std::int64_t a;
  std::int64_t b;
};

// Tiles read from the tensors' memories. An operand is read again for every output block along the
// other side, and an unbatched b again for every matrix that is not fused.
OperandTiles tiles_read(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t a = problem.batch * problem.m_tiles * problem.k_tiles;
  const std::int64_t b = problem.k_tiles * problem.n_tiles;
  if (config.kind == MatmulKind::multi_core) return {a * problem.n_tiles, a * problem.n_tiles};
  if (config.kind == MatmulKind::batched_reuse)
    return {a, b * std::max(problem.batch,
                            ceil_div(problem.batch * problem.m_tiles, config.per_core.m))};
  return {a * (config.per_core.n / config.out_block.n),
          b * unfused_batch(config, problem) * (config.per_core.m / config.out_block.m)};
}

void add_multicasts(OpEvent& work, const MatmulConfig& config, const OperandTiles& tiles,
                    const MatmulTiles& tile) {
  const CoreGrid grid = work.grid;
  if (config.kind == MatmulKind::mcast_2d) {
    const int down = config.transpose_mcast ? grid.x : grid.y;
    const int across = config.transpose_mcast ? grid.y : grid.x;
    work.in0 = {tiles.a * tile.a, down, across - 1};
    work.in1 = {tiles.b * tile.b, across, down - 1};
  }
  if (config.kind == MatmulKind::mcast_1d_in0) work.in0 = {tiles.a * tile.a, 1, work.cores - 1};
  if (config.kind == MatmulKind::mcast_1d_in1) work.in1 = {tiles.b * tile.b, 1, work.cores - 1};
}

}  // namespace

OpEvent matmul_work(const MatmulConfig& config, const MatmulNumerics& numerics,
                    const MatmulProblem& problem, const MatmulMemories& memories) {
  const Placement placement = place(config, problem);
  OpEvent work;
  work.op = "matmul";
  work.program = to_string(config.kind);
  work.grid = placement.grid;
  work.cores = placement.cores;
  work.fidelity = numerics.fidelity;
  work.fp32_accumulate = numerics.fp32_accumulate;
  work.l1_accumulate = numerics.l1_accumulate;
  work.blocks = blocks_of(config, problem, placement.passes);
  work.busiest_core = core_work(config, numerics, work.blocks, problem);
  work.total = times(work.busiest_core, placement.cores);
  const MatmulTiles tile = tiles_of(problem);
  work.tile_bytes = {tile.a, tile.b, tile.out};
  const OperandTiles tiles = tiles_read(config, problem);
  // What lies in shards is read and written where it lies.
  if (!problem.a_shards) add_read(work.traffic, memories.a, tiles.a * tile.a);
  if (!problem.b_shards) add_read(work.traffic, memories.b, tiles.b * tile.b);
  if (!problem.out_shards)
    add_written(work.traffic, memories.out,
                problem.batch * problem.m_tiles * problem.n_tiles * tile.out);
  add_multicasts(work, config, tiles, tile);
  return work;
}

}  // namespace wattention::wormhole
