// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/experimental/transformer/rotary_embedding/device/
// rotary_embedding_program_factory.cpp.
#include "backends/wormhole/program/rotary.h"

#include <fmt/format.h>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// A row of tiles: half of it, or all, turned, then both products and their sum, each of what was packed before.
UnitWork unit_of_row(const RotaryProblem& problem) {
  const std::int64_t tiles = problem.width_tiles;
  UnitWork unit;
  const std::int64_t first = problem.transforms ? tiles : tiles / 2;
  unit.tiles.elementwise = (problem.transforms ? 0 : first) + 3 * tiles;
  unit.tiles.products = problem.transforms ? first : 0;
  unit.tiles.unpacked = 2 * (first + 3 * tiles);
  unit.tiles.packed = first + 3 * tiles;
  unit.tiles.passes = first + tiles;
  const std::int64_t own = problem.transforms ? tiles : 2 * tiles;
  unit.reads = unit.read_waits = own + (problem.one_position ? 0 : 2 * tiles);
  unit.writes = unit.write_waits = tiles;
  return unit;
}

}  // namespace

Program make_rotary(const RotaryProblem& problem) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(problem.tile_rows, device);
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t bytes = problem.tile_rows * problem.width_tiles * tile;
  Program program;
  program.work.op = problem.transforms ? "rotary_embedding_llama" : "rotary_embedding";
  program.work.program = problem.transforms ? "rotary embedding by a transformation, multi core"
                                            : "rotary embedding, multi core";
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_row);
  program.work.fidelity = problem.fidelity;
  set_work(program.work, split, problem.tile_rows, unit_of_row(problem));
  // Tile by tile its kernels hand on.
  program.work.moves.units *= problem.width_tiles;
  program.work.moves.all_units *= problem.width_tiles;
  Traffic& traffic = program.work.traffic;
  // Each row once more, its halves swapped.
  add_read(traffic, problem.memory, problem.transforms ? bytes : 2 * bytes);
  if (problem.one_position) {
    program.work.moves.reads += 2 * problem.width_tiles;
    program.work.moves.read_waits += 1;
  }
  const std::int64_t angles =
      problem.one_position ? split.cores * problem.width_tiles * tile : bytes;
  add_read(traffic, problem.cos_memory, angles);
  add_read(traffic, problem.sin_memory, angles);
  add_written(traffic, problem.out_memory, bytes);
  // One row of cos and sin lies there as it is, without tiles, and as a row of tiles.
  const std::int64_t row = 2 * problem.width_tiles * tile;
  const std::int64_t angle_row = problem.one_position ? 3 * row / 2 : row;
  program.buffers = {{"input", row},      {"rotated_input", row}, {"cos", angle_row},
                     {"sin", angle_row},  {"scalar", tile},       {"rotated_times_minus_1", tile},
                     {"times_cos", tile}, {"times_sin", tile},    {"out", row}};
  program.buffer_grid = device;
  const std::string variant =
      fmt::format("{} {}", problem.width_tiles, problem.one_position ? "decode" : "prefill");
  if (problem.transforms) program.buffers[1] = {"transformation", tile};
  program.kernels = {fmt::format("reader_{}_interleaved_start_id.cpp {} {} {} {}", program.work.op,
                                 variant, to_string(problem.memory), to_string(problem.cos_memory),
                                 to_string(problem.sin_memory)),
                     fmt::format("writer_rotary_embedding_interleaved_start_id.cpp {}",
                                 to_string(problem.out_memory)),
                     fmt::format("{}.cpp {}", program.work.op, variant)};
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(problem.fidelity)},
                        {"tile_rows_per_core", std::to_string(split.largest)}};
  return program;
}

}  // namespace wattention::wormhole
