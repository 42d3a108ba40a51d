// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/multi_core/
// softmax_op_multi_core.cpp (scale_mask_softmax_sharded_multi_core).
#include <fmt/format.h>

#include <utility>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/program/softmax.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// Input and result are the shards themselves; so is a mask in shards.
std::vector<CircularBuffer> buffers_of(const SoftmaxProblem& problem, const SoftmaxInShards& shards,
                                       const SoftmaxNumerics& numerics) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t between = numerics.fp32_accumulate ? 2 * tile : tile;
  const std::int64_t width = problem.width_tiles;
  std::vector<CircularBuffer> buffers = {{"scaler", tile}};
  if (problem.mask) {
    buffers.push_back({"scaled", width * between});
    buffers.push_back({"scale", tile});
    const auto mask_tile = static_cast<std::int64_t>(tile_bytes(shards.mask_dtype));
    const int copies = problem.causal && !shards.one_mask ? 2 : 1;  // the next row comes meanwhile
    if (!shards.mask_in_shards) buffers.push_back({"given_mask", copies * width * mask_tile});
  }
  buffers.push_back({"exponentials", width * between});
  buffers.push_back({"reciprocal", between});
  if (numerics.numeric_stable) {
    buffers.push_back({"maximum", between});
    buffers.push_back({"differences", width * between});
  }
  return buffers;
}

// From pages a core reads its mask: a row of tiles for all of its own, or for each.
void read_mask(const SoftmaxProblem& problem, const SoftmaxInShards& shards, OpEvent& work) {
  if (!problem.mask || shards.mask_in_shards) return;
  const std::int64_t rows = problem.causal ? shards.config.block_h : 1;
  const std::int64_t tiles = rows * problem.width_tiles;
  work.moves.reads = tiles;
  work.moves.read_waits = rows;
  constexpr std::int64_t row_bytes = 64;  // of a tile's piece in rows
  const auto tile = static_cast<std::int64_t>(tile_bytes(shards.mask_dtype));
  add_read(work.traffic, *problem.mask,
           work.cores * tiles * (shards.mask_in_rows ? row_bytes : tile));
}

std::string variant_of(const SoftmaxProblem& problem, const SoftmaxInShards& shards,
                       const SoftmaxNumerics& numerics) {
  std::string variant = fmt::format("{} {} stable {}", to_string(shards.config),
                                    to_string(shards.dtype), numerics.numeric_stable);
  if (problem.mask)
    variant += fmt::format(" mask {} {}", to_string(*problem.mask), to_string(shards.mask_dtype));
  if (problem.causal) variant += " causal";
  if (shards.mask_in_shards) variant += " in shards";
  variant += " " + fidelity_name(numerics.multiply);
  if (numerics.fp32_accumulate) variant += " fp32";
  if (!problem.approximate) variant += " accurate";
  return variant;
}

}  // namespace

Program make_softmax_in_shards(const SoftmaxProblem& problem, const SoftmaxInShards& shards,
                               const Release& release) {
  const ProgramConfig& config = shards.config;
  const int cores = config.grid.x * config.grid.y;
  Program program;
  program.softmax = softmax_numerics(problem, release);
  program.softmax.into_blocks = is_block(shards.dtype);
  const bool stable = program.softmax.numeric_stable;
  program.work.op = "softmax";
  program.work.program = "softmax, shards";
  program.work.grid = config.grid;
  program.work.fidelity = program.softmax.multiply;
  program.work.fp32_accumulate = program.softmax.fp32_accumulate;
  UnitWork unit = softmax_row(problem, release, config.subblock_w);
  unit.reads = unit.read_waits = unit.writes = unit.write_waits = 0;
  set_work(program.work, {cores, config.block_h}, std::int64_t{cores} * config.block_h, unit);
  read_mask(problem, shards, program.work);
  program.buffers = buffers_of(problem, shards, program.softmax);
  program.buffer_grid = config.grid;
  const std::string variant = variant_of(problem, shards, program.softmax);
  program.kernels = {(shards.mask_in_rows ? "reader_unary_sharded_sm_rm_mask.cpp "
                                          : "reader_unary_sharded_sm.cpp ") +
                         variant,
                     "softmax_sharded.cpp " + variant};
  program.uncached_variant = variant;
  program.attributes = {{"cores", std::to_string(cores)},
                        {"fidelity", fidelity_name(program.softmax.multiply)},
                        {"exp", problem.approximate ? "approximate" : "accurate"},
                        {"numeric_stable", stable ? "yes" : "no"},
                        {"tile_rows_per_core", std::to_string(config.block_h)},
                        {"block", std::to_string(config.subblock_w)},
                        {"shards", to_string(shards.sharding)}};
  return program;
}

}  // namespace wattention::wormhole
