// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/layernorm/device/multi_core/
// layernorm_op_multi_core.cpp (layernorm_multi_core_sharded).
#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/program/norm.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

std::int64_t bytes_between(const NormProblem& problem) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  return problem.numerics.fp32_accumulate ? 2 * tile : tile;
}

// Input, residual and result are the shards themselves.
std::vector<CircularBuffer> buffers_of(const NormProblem& problem, const ProgramConfig& config) {
  const std::int64_t tile = n150d().tile_bytes_bf16, between = bytes_between(problem);
  const NormParts& parts = problem.numerics.parts;
  const std::int64_t rows = config.block_h * between, block = config.block_w * rows;
  const std::int64_t others = (parts.across + parts.down - 1) * between;
  std::vector<CircularBuffer> buffers = {
      {"scaler", tile}, {"scaler_of_parts", tile}, {"epsilon", tile}};
  const auto add = [&](bool is_there, const char* name, std::int64_t bytes) {
    if (is_there) buffers.push_back({name, bytes});
  };
  const bool layer = problem.numerics.subtracts_mean;
  add(problem.weight.has_value(), "weight", config.block_w * tile);
  add(problem.bias.has_value(), "bias", config.block_w * tile);
  add(true, "squares", block);
  add(true, "centred", block);
  add(layer, "own_sum", rows);
  add(layer, "mean", rows);
  add(layer, "sums_of_others", others);
  add(true, "own_square_sum", rows);
  add(true, "variance", rows);
  add(true, "square_sums_of_others", others);
  add(true, "of_all", rows);
  add(true, "inverse_root", parts.worker_tile_rows * between);
  return buffers;
}

// Sums of sums: a worker fetches those of all parts for each of its rows of tiles. One core sends the results to all.
void add_sums_of_parts(const NormProblem& problem, const NormInShards& shards, OpEvent& work) {
  const NormParts& parts = problem.numerics.parts;
  const std::int64_t sums = problem.numerics.subtracts_mean ? 2 : 1;
  const std::int64_t fetched = parts.across + parts.down - 1;
  const int of_a_row = parts.across * parts.down;
  const std::int64_t groups = work.cores / of_a_row, rows = shards.config.block_h;
  const auto add = [&](TileWork& tiles, std::int64_t results, std::int64_t summed) {
    tiles.reductions += summed;
    tiles.unpacked += 2 * summed;
    tiles.packed += results;
    tiles.passes += 2 * sums;
  };
  const std::int64_t own_rows = std::min(parts.worker_tile_rows, rows);
  add(work.busiest_core, own_rows * sums, own_rows * sums * fetched);
  add(work.total, groups * rows * sums * parts.down,
      groups * rows * sums * (of_a_row + parts.down - 1));
  const std::int64_t between = bytes_between(problem);
  work.moves.reads += own_rows * sums * fetched;
  work.moves.read_waits += own_rows * sums * parts.down;
  work.traffic.l1_read_bytes += groups * rows * sums * (of_a_row + parts.down - 1) * between;
  work.in0 = {groups * rows * sums * between, static_cast<int>(groups), of_a_row - 1};
}

// Each core reads its columns of weight and bias.
void add_weights(const NormProblem& problem, const NormInShards& shards, OpEvent& work) {
  constexpr std::int64_t row_bytes = 64;  // of a row-major one, for a tile
  const std::int64_t tile = problem.weights_in_rows ? row_bytes : n150d().tile_bytes_bf16;
  for (const std::optional<Memory>& one : {problem.weight, problem.bias}) {
    if (!one) continue;
    add_read(work.traffic, *one, work.cores * shards.config.block_w * tile);
    work.moves.reads += shards.config.block_w;
    work.moves.read_waits += 1;
  }
}

}  // namespace

Program make_norm_in_shards(const NormProblem& problem, const NormInShards& shards) {
  const ProgramConfig& config = shards.config;
  const int cores = shards.sharding.core_count();
  Program program;
  program.work.op = problem.op;
  program.work.program = "layernorm, shards";
  program.work.grid = program.buffer_grid = grid_of(shards.sharding);
  program.work.fidelity = problem.numerics.fidelity;
  program.work.fp32_accumulate = problem.numerics.fp32_accumulate;
  UnitWork unit = norm_row(problem, config.block_w);
  unit.reads = unit.writes = 0;
  unit.read_waits = unit.write_waits = 0;
  set_work(program.work, {cores, config.block_h}, std::int64_t{cores} * config.block_h, unit);
  add_sums_of_parts(problem, shards, program.work);
  add_weights(problem, shards, program.work);
  program.buffers = buffers_of(problem, config);
  const std::string variant = fmt::format(
      "{} {} {} {} {} {} {} {} {} {}", problem.op, to_string(shards.sharding), to_string(config),
      to_string(shards.dtype), problem.weight.has_value(), problem.bias.has_value(),
      problem.residual.has_value(), fidelity_name(problem.numerics.fidelity),
      problem.numerics.fp32_accumulate, problem.weights_in_rows);
  program.kernels = {fmt::format("reader_mcast_sender_unary_sharded_ln.cpp {}", variant),
                     fmt::format("writer_unary_sharded_ln{}.cpp {}",
                                 problem.weights_in_rows ? "_rm_gb" : "", variant),
                     fmt::format("layernorm_sharded.cpp {}", variant)};
  program.attributes = {
      {"cores", std::to_string(cores)},
      {"fidelity", fidelity_name(problem.numerics.fidelity)},
      {"fp32_accumulate", problem.numerics.fp32_accumulate ? "yes" : "no"},
      {"approximate", problem.numerics.approximate ? "yes" : "no"},
      {"tile_rows_per_core", std::to_string(config.block_h)},
      {"block", std::to_string(config.subblock_w)},
      {"parts", std::to_string(problem.numerics.parts.across * problem.numerics.parts.down)},
      {"stages", problem.numerics.parts.down > 1 ? "2" : "1"},
      {"shards", to_string(shards.sharding)}};
  return program;
}

}  // namespace wattention::wormhole
