// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/data_movement: transpose/device/
// transpose_program_factory.cpp (two tiles in, two out, tiles shared out evenly), permute/device,
// reshape_view/device.
#include "backends/wormhole/program/move.h"

#include <fmt/format.h>

#include "backends/wormhole/program/work_split.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {

Program make_move(const MoveProblem& problem) {
  const CoreGrid device = n150d().compute_grid;
  const auto tile = static_cast<std::int64_t>(tile_bytes(problem.dtype)),
             out_tile = static_cast<std::int64_t>(tile_bytes(problem.out_dtype));
  const std::int64_t units = problem.units > 0 ? problem.units : problem.out_tiles;
  WorkSplit split =
      split_work(ceil_div(units, problem.together), problem.one_core ? CoreGrid{1, 1} : device);
  split.largest *= problem.together;
  Program program;
  program.work.op = problem.op;
  program.work.program = problem.program;
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_column);
  set_work(program.work, split, units, problem.unit);
  if (!problem.local.input) add_read(program.work.traffic, problem.memory, problem.tiles * tile);
  if (!problem.local.output)
    add_written(program.work.traffic, problem.out_memory, problem.out_tiles * out_tile);
  program.buffers = {{"in", 2 * tile}, {"out", 2 * out_tile}};
  program.buffer_grid = device;
  const std::string places =
      fmt::format("{} {}", to_string(problem.memory), to_string(problem.out_memory));
  program.kernels = {fmt::format("{} reader {}", problem.kernel, places),
                     fmt::format("{} writer {}", problem.kernel, places),
                     fmt::format("{} compute", problem.kernel)};
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"units_per_core", std::to_string(split.largest)}};
  if (problem.shards) {
    run_on_shards(program, *problem.shards, problem.local, problem.unit, problem.units_of_core);
    program.buffers = {};  // the shards themselves
    if (problem.scratch_tiles > 0)
      program.buffers.push_back({"scratch", problem.scratch_tiles * tile});
  }
  return program;
}

Program make_transpose(std::int64_t tiles, Memory memory) {
  MoveProblem problem{"transpose", "transpose WH", "transpose_wh.cpp", tiles, tiles,
                      memory,      memory};
  problem.unit = computed_tile();
  problem.unit.tiles.copies = 1;
  return make_move(problem);
}

}  // namespace wattention::wormhole
