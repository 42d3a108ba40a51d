// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/multi_core/
// softmax_op_multi_core.cpp.
#include "backends/wormhole/program/softmax.h"

#include <fmt/format.h>

#include "backends/wormhole/program/work_split.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// tt_metal/common/work_split.cpp, find_max_divisor: 5 and 7 are passed over.
std::int64_t block_width(std::int64_t width_tiles, std::int64_t largest) {
  for (std::int64_t block = largest; block > 1; --block)
    if (block != 5 && block != 7 && width_tiles % block == 0) return block;
  return 1;
}

std::vector<CircularBuffer> softmax_buffers(const SoftmaxProblem& problem, bool stable,
                                            std::int64_t block) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t width = problem.width_tiles;
  std::vector<CircularBuffer> buffers = {{"in", (stable ? width : 2 * block) * tile},
                                         {"out", 2 * block * tile},
                                         {"reciprocal", tile},
                                         {"scaler", tile},
                                         {"exponentials", width * tile},
                                         {"mask", tile}};
  if (stable) {
    buffers.push_back({"maximum", tile});
    buffers.push_back({"differences", width * tile});
  }
  return buffers;
}

TileWork work_of_rows(std::int64_t rows, const SoftmaxProblem& problem, bool stable) {
  const std::int64_t tiles = rows * problem.width_tiles;
  TileWork work;
  work.exponentials = tiles;
  work.reductions = tiles;
  work.reciprocals = rows;
  work.elementwise = tiles + (problem.padded_columns ? rows : 0);
  work.copies = tiles - (problem.padded_columns ? rows : 0);
  if (stable) {
    work.reductions += tiles;
    work.elementwise += tiles;
  }
  // Row sum and row maximum read each tile once more; so do the subtraction and the multiplication.
  work.unpacked = tiles * (stable ? 5 : 3) + 2 * rows;
  work.packed = tiles * (stable ? 3 : 2) + rows;
  return work;
}

}  // namespace

Program make_softmax(const SoftmaxProblem& problem, const Release& release) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(problem.tile_rows, device);
  const std::int64_t block = block_width(problem.width_tiles, release.softmax_largest_block);
  const std::int64_t bytes = problem.tile_rows * problem.width_tiles * n150d().tile_bytes_bf16;
  const bool stable = problem.numeric_stable.value_or(release.softmax_numeric_stable);
  Program program;
  program.softmax = {stable, release.softmax_fidelity, release.softmax_fidelity};
  program.work.op = "softmax";
  program.work.program = "softmax interleaved multi-core";
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_row);
  program.work.cores = split.cores;
  program.work.fidelity = release.softmax_fidelity;
  program.work.total = work_of_rows(problem.tile_rows, problem, stable);
  program.work.busiest_core = work_of_rows(split.largest, problem, stable);
  add_read(program.work.traffic, problem.memory, bytes);
  add_written(program.work.traffic, problem.memory, bytes);
  program.buffers = softmax_buffers(problem, stable, block);
  program.buffer_grid = device;
  const std::string variant = fmt::format("{} stable {}", to_string(problem.memory), stable);
  program.kernels = {"reader_unary_interleaved_sm.cpp " + variant,
                     "writer_unary_interleaved_start_id_blocked_sm.cpp " + variant,
                     "softmax.cpp " + variant};
  program.uncached_variant = fmt::format("numeric_stable {}", stable);
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(release.softmax_fidelity)},
                        {"exp", "approximate"},
                        {"numeric_stable", stable ? "yes" : "no"},
                        {"tile_rows_per_core", std::to_string(split.largest)},
                        {"block", std::to_string(block)}};
  program.refused = {{"moreh_softmax", "the dimension is the last one and the rank is at most 4"}};
  return program;
}

}  // namespace wattention::wormhole
