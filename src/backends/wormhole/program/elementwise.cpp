// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary/device:
// broadcast_height_and_width_multi_core_program_factory.cpp and
// element_wise_multi_core_program_factory.cpp.
#include "backends/wormhole/program/elementwise.h"

#include <fmt/format.h>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// A tile of the first operand with one that is there, or that the reader fetches before the same wait.
UnitWork unit_of_tile(std::int64_t reads, std::int64_t waits) {
  UnitWork unit = computed_tile();
  unit.tiles.elementwise = 1;
  unit.tiles.unpacked = 2;
  unit.reads = reads;
  unit.read_waits = waits;
  return unit;
}

// The programs that spread a row share out the rows of tiles of a matrix; those that spread a column, the columns.
WorkSplit split_of(const TensorOpProblem& problem, CoreGrid device) {
  const std::int64_t lines = problem.along == Along::height  ? problem.height
                             : problem.along == Along::width ? problem.width
                                                             : problem.tiles;
  WorkSplit split = split_work(lines, device);
  split.largest *= problem.tiles / lines;
  return split;
}

Program elementwise_program(std::string_view op, std::int64_t tiles, const WorkSplit& split,
                            const UnitWork& unit, const Release& release) {
  const CoreGrid device = n150d().compute_grid;
  Program program;
  program.work.op = op;
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_column);
  set_work(program.work, split, tiles, unit);
  program.work.fidelity = release.elementwise_fidelity;
  program.buffer_grid = device;
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(release.elementwise_fidelity)},
                        {"tiles_per_core", std::to_string(split.largest)}};
  return program;
}

// element_wise_multi_core: tiles go in blocks of up to eight that divide a shard; a tensor in shards is its own buffer.
std::int64_t block_of(std::int64_t tiles) {
  constexpr std::int64_t largest = 8;
  std::int64_t block = largest;
  while (tiles % block != 0) --block;
  return block;
}

struct OnShards {
  Sharding sharding;
  LocalTensors local;
  bool in_blocks;
};

void lie_in_shards(Program& program, const OnShards& on, const UnitWork& unit) {
  const auto& [sharding, local, in_blocks] = on;
  run_on_shards(program, sharding, local, unit);
  program.work.program += ", shards";  // nobody has published its times
  program.attributes.emplace_back("fidelity", fidelity_name(program.work.fidelity));
  const std::int64_t tiles = tiles_of_shard(sharding).count();
  const std::int64_t block = in_blocks ? block_of(tiles) : 1;
  std::vector<CircularBuffer> buffers;
  for (const CircularBuffer& buffer : program.buffers) {
    const bool own = (buffer.name == "in0" && local.input) ||
                     (buffer.name == "in1" && local.second) ||
                     (buffer.name == "out" && local.output);
    if (own) continue;
    const bool whole = in_blocks && buffer.name == "out" && sharding.layout != ShardLayout::height;
    const std::int64_t tile = buffer.bytes / 2;  // of the two that it holds for pages
    buffers.push_back(buffer.name == "scalar"
                          ? buffer
                          : CircularBuffer{buffer.name, (whole ? tiles : 2 * block) * tile});
  }
  program.buffers = std::move(buffers);
}

struct TensorProgram {
  std::string_view name, reader, writer, compute;
};

TensorProgram program_of(Along along) {
  switch (along) {
    case Along::nothing:
      return {"element wise, multi core", "reader_binary_interleaved_start_id.cpp",
              "writer_unary_interleaved_start_id.cpp c_2", "eltwise_binary_kernel.cpp"};
    case Along::height:
      return {"broadcast height, multi core",
              "reader_bcast_h_interleaved_input_rows_partitioned.cpp",
              "writer_unary_interleaved_input_cols_batched.cpp", "bcast_h.cpp"};
    case Along::width:
      return {"broadcast width, multi core",
              "reader_bcast_w_interleaved_input_cols_partitioned.cpp",
              "writer_unary_interleaved_input_cols_batched.cpp", "bcast_w.cpp"};
    case Along::height_and_width:
      return {"broadcast height and width, multi core",
              "reader_bcast_hw_interleaved_partitioned.cpp",
              "writer_unary_interleaved_start_id.cpp c_2", "bcast_hw.cpp"};
  }
  return {};
}

}  // namespace

Program make_scalar_op(const ScalarOpProblem& problem, const Release& release) {
  const std::string_view op = problem.op;
  const std::int64_t tiles = problem.tiles;
  const Memory memory = problem.memory, out_memory = problem.out_memory;
  const auto tile = static_cast<std::int64_t>(tile_bytes(problem.dtype));
  const UnitWork unit = unit_of_tile(1, 1);
  Program program =
      elementwise_program(op, tiles, split_work(tiles, n150d().compute_grid), unit, release);
  program.work.program = "broadcast height and width, multi core";
  if (!problem.local.input) add_read(program.work.traffic, memory, tiles * tile);
  if (!problem.local.output) add_written(program.work.traffic, out_memory, tiles * tile);
  program.buffers = {{"in0", 2 * tile}, {"scalar", n150d().tile_bytes_bf16}, {"out", 2 * tile}};
  program.kernels = {
      fmt::format("reader_bcast_scalar_interleaved_partitioned.cpp {}", to_string(memory)),
      fmt::format("writer_unary_interleaved_start_id.cpp c_2 {}", to_string(out_memory)),
      fmt::format("bcast_hw.cpp {}", op)};
  program.refused = {{"element wise, multi core", "the second operand is a scalar"}};
  if (problem.shards) lie_in_shards(program, {*problem.shards, problem.local, false}, unit);
  return program;
}

Program make_tensor_op(const TensorOpProblem& problem, const Release& release) {
  const auto tile = static_cast<std::int64_t>(tile_bytes(problem.first_dtype)),
             second_tile = static_cast<std::int64_t>(tile_bytes(problem.second_dtype));
  const std::int64_t tiles = problem.tiles;
  const WorkSplit split = split_of(problem, n150d().compute_grid);
  // Along the width a tile of the second tensor serves all that a core has of a row of tiles; else it is read for each.
  const bool column = problem.along == Along::width;
  const std::int64_t second = column ? problem.second_tiles * split.cores : tiles;
  const UnitWork unit =
      column ? unit_of_tile(1, 1) : unit_of_tile(2, problem.along == Along::nothing ? 1 : 2);
  Program program = elementwise_program(problem.op, tiles, split, unit, release);
  if (column) {
    program.work.moves.reads += problem.second_tiles;
    program.work.moves.read_waits += problem.second_tiles;
  }
  const TensorProgram names = program_of(problem.along);
  program.work.program = names.name;
  if (!problem.local.input) add_read(program.work.traffic, problem.first, tiles * tile);
  if (!problem.local.second) add_read(program.work.traffic, problem.second, second * second_tile);
  if (!problem.local.output) add_written(program.work.traffic, problem.out_memory, tiles * tile);
  program.buffers = {{"in0", 2 * tile}, {"in1", 2 * second_tile}, {"out", 2 * tile}};
  program.kernels = {
      fmt::format("{} {} {}", names.reader, to_string(problem.first), to_string(problem.second)),
      fmt::format("{} {}", names.writer, to_string(problem.out_memory)),
      fmt::format("{} {}", names.compute, problem.op)};
  if (problem.along == Along::nothing)
    program.refused = {{"broadcast height and width, multi core", "both operands have one shape"}};
  if (problem.shards)
    lie_in_shards(program, {*problem.shards, problem.local, problem.along == Along::nothing}, unit);
  return program;
}

Program make_vector_op(const TensorOpProblem& problem, int steps, const Release& release) {
  Program program = make_tensor_op(problem, release);
  program.work.program = "element wise on the vector unit, multi core";
  if (problem.shards) program.work.program += ", shards";
  move_to_vector_unit(program, problem.op, steps);
  return program;
}

void move_to_vector_unit(Program& program, std::string_view op, int steps) {
  program.kernels.back() = fmt::format("eltwise_binary_sfpu_kernel.cpp {}", op);
  constexpr std::int64_t vectors_of_a_tile = 32;
  for (TileWork* work : {&program.work.total, &program.work.busiest_core}) {
    work->copies = std::exchange(work->elementwise, 0);
    work->vector_cycles = work->copies * vectors_of_a_tile * steps;
  }
}

}  // namespace wattention::wormhole
