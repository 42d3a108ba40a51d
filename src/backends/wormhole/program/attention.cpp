// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa/device: sdpa_program_factory.cpp,
// kernels/q_chunk_remapping.hpp, kernels/compute/compute_streaming.hpp.
#include "backends/wormhole/program/attention.h"

#include <fmt/format.h>

#include "backends/wormhole/program/attention_chunks.h"
#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

std::int64_t query_chunks(const AttentionProblem& problem) {
  return ceil_div(problem.query_tiles, problem.numerics.query_tiles);
}

/// Of one core, or of all.
struct Share {
  TileWork tiles;
  CoreMoves moves;
  std::int64_t keys_read = 0;  ///< tiles of keys, and as many of values
};

// Scores, their maximum, the weights and their product with the values; then what earlier chunks of keys left.
void add_key_chunk(const AttentionProblem& problem, std::int64_t active, bool first, Share& share) {
  constexpr std::int64_t column_exp_cycles = 4 * 2 * 30;  // of a tile's first column
  const std::int64_t rows = problem.numerics.query_tiles, width = problem.width_tiles;
  const std::int64_t scores = rows * active, outs = rows * width;
  const std::int64_t masked = problem.mask ? scores : problem.numerics.causal ? rows : 0;
  TileWork& work = share.tiles;
  work.products += 2 * scores * width;
  work.copies += masked;
  work.reductions += scores;
  work.elementwise += scores;
  work.exponentials += scores;
  work.unpacked += 2 * scores * width + 2 * scores + masked;
  work.packed += 3 * scores + masked + rows + outs;
  work.passes += 3;
  const std::int64_t read = problem.numerics.key_tiles * width;
  share.keys_read += read;
  share.moves.reads += 2 * read;
  share.moves.read_waits += 2;
  share.moves.units += 1;
  if (first) return;
  work.elementwise += rows + outs + rows;
  work.vector_cycles += rows * column_exp_cycles;
  work.unpacked += 2 * (2 * rows + outs);
  work.packed += 2 * rows + outs;
  work.passes += 1;
}

void add_query_chunk(const AttentionProblem& problem, std::int64_t chunk, Share& share) {
  const AttentionNumerics& numerics = problem.numerics;
  const std::int64_t rows = numerics.query_tiles, outs = rows * problem.width_tiles;
  const ChunkRange keys = key_chunks(numerics, chunk, problem.key_tiles);
  for (std::int64_t k = keys.first; k < keys.end; ++k)
    add_key_chunk(problem, active_tiles(numerics, chunk, k, problem.key_tiles), k == keys.first,
                  share);
  share.tiles.products += rows;
  share.tiles.reciprocals += rows;
  share.tiles.elementwise += outs;
  share.tiles.unpacked += 2 * (rows + outs);
  share.tiles.packed += rows + outs;
  share.tiles.passes += 2;
  share.moves.reads += outs;
  share.moves.read_waits += 1;
  share.moves.writes += outs;
  share.moves.write_waits += 1;
}

// A causal head's chunks go out light and heavy by turns, in pairs where they pair.
struct Schedule {
  std::int64_t of_each, with_more, more;
};
Schedule schedule_of(const AttentionProblem& problem, std::int64_t cores) {
  const std::int64_t chunks = query_chunks(problem);
  const std::int64_t all = problem.batch * problem.heads * chunks;
  if (problem.numerics.causal && chunks % 2 == 0) return {all / 2 / cores * 2, all / 2 % cores, 2};
  return {all / cores, all % cores, 1};
}

std::int64_t chunk_at(const AttentionProblem& problem, std::int64_t place) {
  const std::int64_t chunks = query_chunks(problem), in_head = place % chunks;
  if (!problem.numerics.causal) return in_head;
  return in_head % 2 == 0 ? in_head / 2 : chunks - 1 - in_head / 2;
}

Share share_of_core(const AttentionProblem& problem, const Schedule& schedule, std::int64_t core) {
  const std::int64_t first =
      core * schedule.of_each + std::min(core, schedule.with_more) * schedule.more;
  const std::int64_t count = schedule.of_each + (core < schedule.with_more ? schedule.more : 0);
  Share share;
  for (std::int64_t i = first; i < first + count; ++i)
    add_query_chunk(problem, chunk_at(problem, i), share);
  return share;
}

std::int64_t bytes_of(std::int64_t tiles, DType dtype) {
  return tiles * static_cast<std::int64_t>(tile_bytes(dtype));
}

Share all_shares(const AttentionProblem& problem) {
  Share head;
  for (std::int64_t chunk = 0; chunk < query_chunks(problem); ++chunk)
    add_query_chunk(problem, chunk, head);
  const std::int64_t heads = problem.batch * problem.heads;
  return {head.tiles * heads, {.units = head.moves.units * heads}, head.keys_read * heads};
}

void set_shares(const AttentionProblem& problem, OpEvent& work) {
  const std::int64_t cores = std::int64_t{problem.grid.x} * problem.grid.y;
  const Schedule schedule = schedule_of(problem, cores);
  const Share all = all_shares(problem);
  Share busiest;
  for (std::int64_t core = 0; core < cores; ++core) {
    const Share share = share_of_core(problem, schedule, core);
    if (share.tiles.unpacked > busiest.tiles.unpacked) busiest = share;
    if (share.tiles.unpacked > 0) ++work.cores;
  }
  work.total = all.tiles;
  work.busiest_core = busiest.tiles;
  work.moves = busiest.moves;
  work.moves.all_units = all.moves.units;
  const std::int64_t queries =
      problem.batch * problem.heads * problem.query_tiles * problem.width_tiles;
  // Without a mask of its own each head's keys go from core to core: one reads them.
  const bool forwarded = !problem.numerics.causal && problem.numerics.window == 0;
  const std::int64_t once = problem.batch * problem.heads * problem.key_tiles * problem.width_tiles;
  const std::int64_t keys = forwarded ? std::min(once, all.keys_read) : all.keys_read;
  add_read(work.traffic, problem.query_memory, bytes_of(queries, problem.query));
  add_read(work.traffic, problem.key_memory, bytes_of(keys, problem.key));
  add_read(work.traffic, problem.value_memory, bytes_of(keys, problem.value));
  if (problem.mask)
    add_read(work.traffic, Memory::dram,
             bytes_of(problem.batch * problem.heads * problem.query_tiles * problem.key_tiles,
                      *problem.mask));
  add_written(work.traffic, problem.out_memory, bytes_of(queries, problem.query));
}

std::int64_t mask_tiles(const AttentionNumerics& numerics) {
  constexpr std::int64_t of_window = 5, of_diagonal = 2;  // with the tile of -infinity
  return numerics.window > 0 ? of_window : numerics.causal ? of_diagonal : 1;
}

std::vector<CircularBuffer> buffers_of(const AttentionProblem& problem, bool several_queries) {
  const AttentionNumerics& numerics = problem.numerics;
  const bool fp32 = numerics.fp32_accumulate;
  const std::int64_t rows = numerics.query_tiles, cols = numerics.key_tiles;
  const std::int64_t width = problem.width_tiles;
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t wide = fp32 ? n150d().tile_bytes_f32 : tile;
  const std::int64_t outs = fp32 ? rows * width : 2 * split_rows(numerics, width) * width;
  std::vector<CircularBuffer> buffers = {
      {"query", bytes_of((several_queries ? 2 : 1) * rows * width, problem.query)},
      {"key", bytes_of(2 * cols * width, problem.key)},
      {"value", bytes_of(2 * cols * width, problem.value)},
      {"scaler", tile},
      {"ones", tile},
      {"scores", rows * cols * wide},
      {"context_a", rows * width * tile},
      {"context_b", rows * width * tile},
      {"maximum_a", rows * tile},
      {"maximum_b", rows * tile},
      {"sum_a", rows * wide},
      {"sum_b", rows * wide},
      {"shrinkage", rows * tile},
      {"out", bytes_of(outs, problem.query)}};
  if (problem.mask)
    buffers.push_back({"mask", bytes_of(2 * rows * cols, *problem.mask)});
  else if (numerics.causal || numerics.window > 0)
    buffers.push_back({"mask", mask_tiles(numerics) * tile});
  if (!fp32) buffers.push_back({"inverse", tile});
  return buffers;
}

std::string variant_of(const AttentionProblem& problem) {
  const AttentionNumerics& numerics = problem.numerics;
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}", problem.query_tiles,
                     problem.key_tiles, problem.width_tiles, numerics.query_tiles,
                     numerics.key_tiles, numerics.causal, problem.mask.has_value(), numerics.window,
                     numerics.scale, fidelity_name(numerics.fidelity), numerics.fp32_accumulate,
                     numerics.approximate, numerics.exp_approximate, to_string(problem.query));
}

}  // namespace

Program make_attention(const AttentionProblem& problem) {
  const AttentionNumerics& numerics = problem.numerics;
  Program program;
  OpEvent& work = program.work;
  work.op = "scaled_dot_product_attention";
  work.program = numerics.fp32_accumulate ? "sdpa" : "sdpa streaming";
  work.fidelity = numerics.fidelity;
  work.fp32_accumulate = numerics.fp32_accumulate;
  set_shares(problem, work);
  work.grid = bounding_grid(work.cores, problem.grid, FillOrder::by_row);
  const std::int64_t all = problem.batch * problem.heads * query_chunks(problem);
  program.buffers = buffers_of(problem, all > std::int64_t{problem.grid.x} * problem.grid.y);
  program.buffer_grid = problem.grid;
  const std::string variant = variant_of(problem);
  for (const char* kernel : {"reader_interleaved.cpp", "writer_interleaved.cpp", "sdpa.cpp"})
    program.kernels.push_back(fmt::format("{} {}", kernel, variant));
  program.attributes = {{"cores", std::to_string(work.cores)},
                        {"fidelity", fidelity_name(numerics.fidelity)},
                        {"q_chunk_size", std::to_string(32 * numerics.query_tiles)},
                        {"k_chunk_size", std::to_string(32 * numerics.key_tiles)}};
  return program;
}

}  // namespace wattention::wormhole
