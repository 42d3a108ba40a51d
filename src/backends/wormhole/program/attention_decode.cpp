// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa_decode: sdpa_decode.cpp,
// device/sdpa_decode_program_factory.cpp.
#include "backends/wormhole/program/attention_decode.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

std::int64_t bytes_of(std::int64_t tiles, DType dtype) {
  return tiles * static_cast<std::int64_t>(tile_bytes(dtype));
}

/// A core: its chunks, then what comes back from others, `joins` in all.
TileWork work_of_core(const AttentionProblem& problem, std::int64_t joins,
                      std::int64_t chunks = 1) {
  constexpr std::int64_t join_cycles = 4 * 2 * 120;  // two exponentials of a tile's first column
  const std::int64_t keys = chunks * problem.numerics.key_tiles, width = problem.width_tiles;
  TileWork work;
  work.products = 2 * keys * width + keys;
  work.reductions = keys;
  work.elementwise = 2 * keys + width + joins * 3 * width;
  work.exponentials = keys;
  work.reciprocals = 1;
  work.vector_cycles = joins * join_cycles;
  work.unpacked = 2 * (work.products + work.elementwise) + keys;
  work.packed = 3 * keys + 2 * width + 3 + joins * (3 * width + 4);
  work.passes = 5 + 3 * joins;
  return work;
}

std::int64_t rounds_of(std::int64_t cores) {
  std::int64_t rounds = 0;
  while ((std::int64_t{1} << rounds) < cores) ++rounds;
  return rounds;
}

void set_traffic(const AttentionProblem& problem, std::int64_t met, OpEvent& work) {
  const std::int64_t keys = met * problem.numerics.key_tiles * problem.width_tiles;
  const std::int64_t rows = problem.batch * problem.width_tiles;
  add_read(work.traffic, problem.query_memory, bytes_of(rows * work.cores, problem.query));
  add_read(work.traffic, problem.key_memory, bytes_of(keys, problem.key));
  add_read(work.traffic, problem.value_memory, bytes_of(keys, problem.value));
  add_written(work.traffic, problem.out_memory, bytes_of(rows, problem.query));
}

}  // namespace

std::int64_t decode_chunk(std::int64_t keys) {
  constexpr std::int64_t most = 512;
  std::int64_t size = 2;
  while (size < most && keys % (2 * size) == 0) size *= 2;
  return size;
}

std::int64_t cores_of_a_head(const AttentionProblem& problem, std::int64_t most) {
  const std::int64_t cores = std::int64_t{problem.grid.x} * problem.grid.y;
  const std::int64_t used = std::min(cores, most * problem.batch * problem.kv_heads);
  return std::max<std::int64_t>(1, used / problem.batch / problem.kv_heads);
}

Program make_decode(const AttentionProblem& problem, const std::vector<std::int64_t>& chunks,
                    std::int64_t cores) {
  const std::int64_t longest = *std::ranges::max_element(chunks);
  const std::int64_t in_order = ceil_div(longest, cores);  // of the busiest core
  std::int64_t met = 0, used = 0;
  for (const std::int64_t count : chunks) {
    met += count * problem.kv_heads;
    used += std::min(count, cores) * problem.kv_heads;
  }
  Program program;
  OpEvent& work = program.work;
  work.op = "scaled_dot_product_attention";
  work.program = "sdpa decode";
  work.fidelity = problem.numerics.fidelity;
  work.cores = static_cast<int>(used);
  work.grid = bounding_grid(work.cores, problem.grid, FillOrder::by_row);
  work.busiest_core =
      work_of_core(problem, rounds_of(std::min(longest, cores)) + in_order - 1, in_order);
  work.total = work_of_core(problem, 0) * met;
  const std::int64_t read = 2 * problem.numerics.key_tiles * problem.width_tiles;
  work.moves = {.units = in_order,
                .all_units = met,
                .reads = in_order * read + problem.width_tiles,
                .read_waits = 2 * in_order + 1,
                .writes = problem.width_tiles,
                .write_waits = 1};
  set_traffic(problem, met, work);
  const std::int64_t tile = n150d().tile_bytes_bf16, width = problem.width_tiles;
  const std::int64_t keys = problem.numerics.key_tiles;
  program.buffers = {{"query", width * tile},
                     {"key", bytes_of(2 * keys * width, problem.key)},
                     {"value", bytes_of(2 * keys * width, problem.value)},
                     {"mask", keys * tile},
                     {"scores", keys * tile},
                     {"contexts", 4 * width * tile},
                     {"statistics", 12 * tile},
                     {"out", width * tile}};
  program.buffer_grid = problem.grid;
  for (const char* kernel :
       {"reader_decode_all.cpp", "writer_decode_all.cpp", "sdpa_flash_decode.cpp"})
    program.kernels.push_back(fmt::format("{} {} {} {} {} {} {} {}", kernel, problem.batch,
                                          problem.heads, problem.kv_heads, problem.key_tiles, width,
                                          keys, problem.numerics.scale));
  program.attributes = {{"cores", std::to_string(work.cores)},
                        {"fidelity", fidelity_name(problem.numerics.fidelity)},
                        {"k_chunk_size", std::to_string(32 * keys)}};
  return program;
}

}  // namespace wattention::wormhole
