// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary/device:
// broadcast_height_and_width_multi_core_program_factory.cpp and
// element_wise_multi_core_program_factory.cpp.
#include "backends/wormhole/program/elementwise.h"

#include <fmt/format.h>

#include "backends/wormhole/program/work_split.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

TileWork work_of_tiles(std::int64_t tiles, std::int64_t operands_unpacked) {
  TileWork work;
  work.elementwise = work.packed = tiles;
  work.unpacked = operands_unpacked;
  return work;
}

Program elementwise_program(std::string_view op, std::int64_t tiles, const Release& release) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(tiles, device);
  Program program;
  program.work.op = op;
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_column);
  program.work.cores = split.cores;
  program.work.fidelity = release.elementwise_fidelity;
  program.buffer_grid = device;
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(release.elementwise_fidelity)},
                        {"tiles_per_core", std::to_string(split.largest)}};
  return program;
}

}  // namespace

Program make_scalar_op(std::string_view op, std::int64_t tiles, Memory memory,
                       const Release& release) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t largest = split_work(tiles, n150d().compute_grid).largest;
  Program program = elementwise_program(op, tiles, release);
  program.work.program = "broadcast height and width, multi core";
  program.work.total = work_of_tiles(tiles, tiles + program.work.cores);
  program.work.busiest_core = work_of_tiles(largest, largest + 1);
  add_read(program.work.traffic, memory, tiles * tile);
  add_written(program.work.traffic, memory, tiles * tile);
  program.buffers = {{"in0", 2 * tile}, {"scalar", tile}, {"out", 2 * tile}};
  program.kernels = {
      fmt::format("reader_bcast_scalar_interleaved_partitioned.cpp {}", to_string(memory)),
      fmt::format("writer_unary_interleaved_start_id.cpp c_2 {}", to_string(memory)),
      fmt::format("bcast_hw.cpp {}", op)};
  program.refused = {{"element wise, multi core", "the second operand is a scalar"}};
  return program;
}

Program make_tensor_op(std::string_view op, std::int64_t tiles, Memory a, Memory b,
                       const Release& release) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t largest = split_work(tiles, n150d().compute_grid).largest;
  Program program = elementwise_program(op, tiles, release);
  program.work.program = "element wise, multi core";
  program.work.total = work_of_tiles(tiles, 2 * tiles);
  program.work.busiest_core = work_of_tiles(largest, 2 * largest);
  add_read(program.work.traffic, a, tiles * tile);
  add_read(program.work.traffic, b, tiles * tile);
  add_written(program.work.traffic, a, tiles * tile);
  program.buffers = {{"in0", 2 * tile}, {"in1", 2 * tile}, {"out", 2 * tile}};
  program.kernels = {
      fmt::format("reader_binary_interleaved_start_id.cpp {} {}", to_string(a), to_string(b)),
      fmt::format("writer_unary_interleaved_start_id.cpp c_2 {}", to_string(a)),
      fmt::format("eltwise_binary_kernel.cpp {}", op)};
  program.refused = {{"broadcast height and width, multi core", "both operands have one shape"}};
  return program;
}

}  // namespace wattention::wormhole
