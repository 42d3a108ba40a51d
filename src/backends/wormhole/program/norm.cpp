// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/layernorm/device/multi_core/
// layernorm_op_multi_core.cpp.
#include "backends/wormhole/program/norm.h"

#include <fmt/format.h>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/program/largest_divisor.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

constexpr int root_cycles = 30;    // as the function sqrt has them (kernels/unary_*.inc)
constexpr int scaling_cycles = 4;  // load, product with its wait, store
constexpr std::int64_t vectors_of_a_tile = 32;
constexpr std::int64_t row_bytes = 64;  // what the reader fetches of a row-major weight per tile
constexpr double usable_l1 =
    0.95;  // of a core's L1, for the buffers of the program that keeps a row

std::int64_t block_of(const NormProblem& problem) {
  return largest_divisor(problem.width_tiles, problem.numerics.fp32_accumulate ? 4 : 8);
}

// The release counts buffers that it does not create, too, when it asks whether a row fits.
std::vector<CircularBuffer> buffers_of(const NormProblem& problem, bool all) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t between = problem.numerics.fp32_accumulate ? 2 * tile : tile;
  const std::int64_t width = problem.width_tiles, block = block_of(problem);
  const bool layer = problem.numerics.subtracts_mean, adds = problem.residual.has_value();
  std::vector<CircularBuffer> buffers = {{"in", (adds ? 2 * block : width) * tile},
                                         {"out", 2 * block * tile}};
  const auto add = [&](bool is_there, const char* name, std::int64_t bytes) {
    if (is_there || all) buffers.push_back({name, bytes});
  };
  add(layer, "mean", 2 * between);
  add(true, "scaler", 2 * tile);
  add(true, "epsilon", 2 * tile);
  add(true, "variance", 2 * between);
  add(layer || adds, "centred", width * between);
  add(true, "squares", width * between);
  add(true, "inverse_root", 8 * between);
  add(problem.weight || problem.bias, "scaled", 2 * block * between);
  add(problem.weight.has_value(), "weight", width * tile);
  add(problem.bias.has_value(), "bias", width * tile);
  add(adds && layer, "sum", (adds ? width : 2 * block) * between);
  if (adds) buffers.push_back({"residual", 2 * block * tile});
  return buffers;
}

}  // namespace

// Each pass waits for what the one before packed.
UnitWork norm_row(const NormProblem& problem, std::int64_t tiles) {
  const std::int64_t centring = problem.numerics.subtracts_mean ? 1 : 0;
  const std::int64_t residual = problem.residual ? 1 : 0;
  const std::int64_t affine = (problem.weight ? 1 : 0) + (problem.bias ? 1 : 0);
  UnitWork unit;
  TileWork& work = unit.tiles;
  work.reductions = tiles * (1 + centring);
  // Squares and the product with the inverse root; each other step once.
  work.elementwise = tiles * (2 + centring + residual + affine) + 1;
  work.reciprocals = problem.one_root ? 0 : 1;
  const int scalings = problem.one_root ? 1 + static_cast<int>(centring) : 0;
  work.vector_cycles = vectors_of_a_tile * (root_cycles + scalings * scaling_cycles);
  work.unpacked = 2 * (work.reductions + work.elementwise);
  work.packed = tiles * (2 + centring + residual + affine) + 2 + centring;
  // One for each step over the row; sums go with them.
  work.passes = 2 + centring + residual + affine;
  unit.reads = tiles * (1 + residual);
  unit.writes = tiles;
  return unit;
}

namespace {

UnitWork unit_of_row(const NormProblem& problem) {
  UnitWork unit = norm_row(problem, problem.width_tiles);
  unit.read_waits = unit.write_waits = problem.width_tiles / block_of(problem);
  return unit;
}

// All cores read weight and bias, each once.
void add_weights(const NormProblem& problem, OpEvent& work) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  for (const std::optional<Memory>& one : {problem.weight, problem.bias}) {
    if (!one) continue;
    const std::int64_t bytes =
        work.cores * problem.width_tiles * (problem.weights_in_rows ? row_bytes : tile);
    add_read(work.traffic, *one, bytes);
    work.moves.same_tile_bytes += bytes;
    work.moves.reads += problem.width_tiles;
    work.moves.read_waits += problem.width_tiles / block_of(problem);
  }
}

void add_traffic(const NormProblem& problem, Traffic& traffic) {
  const std::int64_t bytes = problem.tile_rows * problem.width_tiles * n150d().tile_bytes_bf16;
  add_read(traffic, problem.memory, bytes);
  if (problem.residual) add_read(traffic, *problem.residual, bytes);
  add_written(traffic, problem.out_memory, bytes);
}

}  // namespace

bool row_fits(const NormProblem& problem) {
  std::int64_t bytes = 0;
  for (const CircularBuffer& buffer : buffers_of(problem, true)) bytes += buffer.bytes;
  return static_cast<double>(bytes) < usable_l1 * static_cast<double>(n150d().l1.bank_bytes);
}

Program make_norm(const NormProblem& problem) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(problem.tile_rows, device);
  Program program;
  program.work.op = problem.op;
  program.work.program = "layernorm interleaved multi-core";
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_row);
  program.work.fidelity = problem.numerics.fidelity;
  program.work.fp32_accumulate = problem.numerics.fp32_accumulate;
  set_work(program.work, split, problem.tile_rows, unit_of_row(problem));
  add_traffic(problem, program.work.traffic);
  add_weights(problem, program.work);
  program.buffers = buffers_of(problem, false);
  program.buffer_grid = device;
  const std::string variant = fmt::format(
      "{} {} {} {} {} {} {} {} {}", problem.op, problem.width_tiles, to_string(problem.memory),
      to_string(problem.out_memory), problem.weight.has_value(), problem.bias.has_value(),
      problem.residual.has_value(), fidelity_name(problem.numerics.fidelity),
      problem.numerics.fp32_accumulate);
  program.kernels = {fmt::format("reader_unary_interleaved_ln{}.cpp {}",
                                 problem.weights_in_rows ? "_rm_gb" : "", variant),
                     fmt::format("writer_unary_interleaved_start_id_blocked.cpp {}",
                                 to_string(problem.out_memory)),
                     fmt::format("layernorm.cpp {}", variant)};
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(problem.numerics.fidelity)},
                        {"fp32_accumulate", problem.numerics.fp32_accumulate ? "yes" : "no"},
                        {"approximate", problem.numerics.approximate ? "yes" : "no"},
                        {"tile_rows_per_core", std::to_string(split.largest)},
                        {"block", std::to_string(block_of(problem))}};
  return program;
}

}  // namespace wattention::wormhole
