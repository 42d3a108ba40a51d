// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/multi_core/
// softmax_op_multi_core.cpp.
#include "backends/wormhole/program/softmax.h"

#include <fmt/format.h>

#include "backends/wormhole/kernels/softmax_words.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/program/largest_divisor.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t exp_cycles = 66 * 32;  // of the accurate one, a tile

// How the release's kernel goes through a row.
struct Steps {
  bool stable;
  bool fused;  ///< a difference and its exponential are one step, and each reduction has a scaler
  bool fp32_accumulate;
  bool wide_buffers;  ///< of whole rows
  std::int64_t block;
};

Steps steps_of(const SoftmaxProblem& problem, const Release& release) {
  const bool fp32 = problem.fp32_accumulate.value_or(release.softmax_fp32_accumulate);
  return {.stable = problem.numeric_stable.value_or(release.softmax_numeric_stable),
          .fused = kernels::softmax_set(release.kernels) != nullptr,
          .fp32_accumulate = fp32,
          // Where a 32-bit Dst is the default, only accurate exponentials take as much in L1.
          .wide_buffers = fp32 && !(release.softmax_fp32_accumulate && problem.approximate),
          .block =
              largest_divisor(problem.width_tiles, release.softmax_largest_block / (fp32 ? 2 : 1))};
}

// Differences have a buffer where their minuends do, which are not the tensor's own.
bool keeps_differences(const SoftmaxProblem& problem, const Steps& steps) {
  return steps.stable && (!steps.fused || problem.mask || problem.padded_columns);
}

std::vector<CircularBuffer> softmax_buffers(const SoftmaxProblem& problem, const Steps& steps) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t element = steps.wide_buffers ? 2 * tile : tile;
  const std::int64_t single = steps.fp32_accumulate ? 2 * tile : tile;
  const std::int64_t width = problem.width_tiles, block = steps.block;
  std::vector<CircularBuffer> buffers = {{"in", (steps.stable ? width : 2 * block) * tile},
                                         {"out", 2 * block * tile},
                                         {"reciprocal", single},
                                         {"scaler", tile},
                                         {"exponentials", width * element}};
  if (steps.fused) buffers.push_back({"sum_scaler", tile});
  if (problem.mask) {
    buffers.push_back({"scaled", (width + block) * element});
    buffers.push_back({"scale", tile});
    buffers.push_back({"given_mask", width * tile});
  }
  if (!steps.fused || problem.padded_columns) buffers.push_back({"mask", tile});
  if (steps.stable) buffers.push_back({"maximum", single});
  if (keeps_differences(problem, steps)) buffers.push_back({"differences", width * element});
  return buffers;
}

}  // namespace

SoftmaxNumerics softmax_numerics(const SoftmaxProblem& problem, const Release& release) {
  const Fidelity fidelity = problem.fidelity.value_or(release.softmax_fidelity);
  const Steps steps = steps_of(problem, release);
  return {.numeric_stable = steps.stable,
          .sum = fidelity,
          .multiply = fidelity,
          .fp32_accumulate = steps.fp32_accumulate,
          .approximate = problem.approximate,
          .wide_buffers = steps.wide_buffers};
}

// Exponentials, their sum and its reciprocal, the products. Each waits for what the one before packed.
UnitWork softmax_row(const SoftmaxProblem& problem, const Release& release, std::int64_t block) {
  const Steps steps = steps_of(problem, release);
  const std::int64_t tiles = problem.width_tiles;
  const std::int64_t masked = problem.padded_columns ? 1 : 0;
  UnitWork unit;
  TileWork& work = unit.tiles;
  work.exponentials = tiles;
  work.reductions = tiles;
  work.reciprocals = 1;
  work.elementwise = tiles + masked;
  work.copies = tiles - masked;
  work.passes = 3 + masked;
  if (steps.stable) {
    work.reductions += tiles;
    work.elementwise += tiles;
    work.passes += 2;
  }
  // Row sum and row maximum read each tile once more; so do the subtraction and the multiplication.
  work.unpacked = tiles * (steps.stable ? 5 : 3) + 2;
  work.packed = tiles * (steps.stable ? 3 : 2) + 1;
  // The tensor's own tiles are subtracted from as they lie, and the exponential follows in Dst.
  if (steps.stable && !keeps_differences(problem, steps)) {
    work.copies = 0;
    work.unpacked -= tiles;
    work.packed -= tiles;
    work.passes -= 1;
  }
  unit.reads = unit.writes = tiles;
  unit.read_waits = unit.write_waits = tiles / block;
  if (problem.mask) {  // a product and a sum instead of the copy
    work.elementwise += 2 * tiles;
    work.copies = 0;
    work.unpacked += 3 * tiles;
    work.packed += tiles;
    work.passes += 2;
    unit.reads += ceil_div(problem.mask_tiles, problem.tile_rows);
  }
  if (!problem.approximate) {
    work.vector_cycles = work.exponentials * exp_cycles;
    work.exponentials = 0;
  }
  return unit;
}

bool row_fits(const SoftmaxProblem& problem, const Release& release) {
  constexpr double usable_l1 = 0.9;  // of a core's
  std::int64_t bytes = 0;
  for (const CircularBuffer& buffer : softmax_buffers(problem, steps_of(problem, release)))
    bytes += buffer.bytes;
  return static_cast<double>(bytes) < usable_l1 * static_cast<double>(n150d().l1.bank_bytes);
}

Program make_softmax(const SoftmaxProblem& problem, const Release& release) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(problem.tile_rows, device);
  const std::int64_t bytes = problem.tile_rows * problem.width_tiles * n150d().tile_bytes_bf16;
  const Steps steps = steps_of(problem, release);
  const SoftmaxNumerics numerics = softmax_numerics(problem, release);
  const Fidelity fidelity = numerics.multiply;
  const bool stable = numerics.numeric_stable, fp32 = numerics.fp32_accumulate;
  Program program;
  program.softmax = numerics;
  program.work.op = "softmax";
  program.work.program = "softmax interleaved multi-core";
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_row);
  program.work.fidelity = fidelity;
  program.work.fp32_accumulate = fp32;
  set_work(program.work, split, problem.tile_rows, softmax_row(problem, release, steps.block));
  add_read(program.work.traffic, problem.memory, bytes);
  if (problem.mask)
    add_read(program.work.traffic, *problem.mask, problem.mask_tiles * n150d().tile_bytes_bf16);
  add_written(program.work.traffic, problem.out_memory, bytes);
  program.buffers = softmax_buffers(problem, steps);
  program.buffer_grid = device;
  std::string variant = fmt::format("{} stable {}", to_string(problem.memory), stable);
  if (problem.mask) variant += fmt::format(" mask {}", to_string(*problem.mask));
  if (problem.out_memory != problem.memory)
    variant += fmt::format(" out {}", to_string(problem.out_memory));
  if (fidelity != release.softmax_fidelity) variant += " " + fidelity_name(fidelity);
  if (fp32) variant += " fp32";
  if (!problem.approximate) variant += " accurate";
  program.kernels = {"reader_unary_interleaved_sm.cpp " + variant,
                     "writer_unary_interleaved_start_id_blocked_sm.cpp " + variant,
                     "softmax.cpp " + variant};
  program.uncached_variant = fmt::format("numeric_stable {}", stable);
  if (fidelity != release.softmax_fidelity)
    program.uncached_variant += " " + fidelity_name(fidelity);
  if (fp32) program.uncached_variant += " fp32";
  if (!problem.approximate) program.uncached_variant += " accurate";
  if (problem.causal) program.uncached_variant += " causal";
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(fidelity)},
                        {"exp", problem.approximate ? "approximate" : "accurate"},
                        {"numeric_stable", stable ? "yes" : "no"},
                        {"tile_rows_per_core", std::to_string(split.largest)},
                        {"block", std::to_string(steps.block)}};
  program.refused = {{"moreh_softmax", "the dimension is the last one and the rank is at most 4"}};
  return program;
}

// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/moreh/moreh_softmax/device/moreh_softmax_device_operation.cpp.
namespace {

using Along = SoftmaxLinesProblem::Along;

// in, out, exponentials, differences; mask, scaler, sum, maximum and one more.
std::vector<CircularBuffer> line_buffers(const SoftmaxLinesProblem& problem) {
  const std::int64_t tile = n150d().tile_bytes_bf16, line = problem.line_tiles * tile;
  const std::int64_t single = problem.fp32_accumulate ? 2 * tile : tile;
  const std::int64_t wide = problem.line_tiles * single;
  if (problem.along == Along::matrices)
    return {{"in", 2 * tile},       {"out", 2 * tile},   {"exponentials", single},
            {"reciprocal", single}, {"sum", 2 * single}, {"maximum", single},
            {"between", single}};
  return {{"in", line},        {"mask", tile},         {"scaler", tile},
          {"out", line},       {"exponentials", wide}, {"reciprocal", single},
          {"maximum", single}, {"differences", wide},  {"between", single}};
}

// Across matrices a line is read for the maximum, the sum and the result.
UnitWork unit_of_line(const SoftmaxLinesProblem& problem) {
  const std::int64_t tiles = problem.line_tiles;
  const bool across = problem.along == Along::matrices;
  UnitWork unit;
  TileWork& work = unit.tiles;
  work.reductions = across ? 0 : 2 * tiles;
  // Difference and product; across matrices the difference comes twice, and a sum.
  work.elementwise = tiles * (across ? 4 : 2);
  work.vector_cycles = tiles * (across ? 2 : 1) * exp_cycles;
  work.reciprocals = 1;
  work.copies = tiles * (across ? 4 : 1);
  work.unpacked = tiles * (across ? 10 : 5) + 1;
  work.packed = tiles * (across ? 7 : 3) + 2;
  work.passes = 5;
  unit.reads = unit.read_waits = tiles * (across ? 3 : 1);
  unit.writes = unit.write_waits = tiles;
  return unit;
}

struct LineNames {
  std::string_view program, kernel;
};

LineNames names_of(Along along) {
  switch (along) {
    case Along::width: return {"moreh softmax, width", "moreh_softmax_w.cpp"};
    case Along::height: return {"moreh softmax, height", "moreh_softmax_h.cpp"};
    case Along::matrices: return {"moreh softmax, matrices", "moreh_softmax_c_large.cpp"};
  }
  return {};
}

}  // namespace

bool line_fits(const SoftmaxLinesProblem& problem, const Release& release) {
  constexpr std::int64_t usable = 512 * 1024;
  if (problem.along == Along::matrices) return true;
  std::int64_t bytes = release.l1.first_free;
  for (const CircularBuffer& buffer : line_buffers(problem)) bytes += buffer.bytes;
  return bytes <= usable;
}

Program make_softmax_lines(const SoftmaxLinesProblem& problem) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(problem.lines, device);
  const std::int64_t bytes = problem.lines * problem.line_tiles * n150d().tile_bytes_bf16;
  const LineNames names = names_of(problem.along);
  Program program;
  program.work.op = "softmax";
  program.work.program = names.program;
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_column);
  program.work.fidelity = problem.fidelity;
  program.work.fp32_accumulate = problem.fp32_accumulate;
  set_work(program.work, split, problem.lines, unit_of_line(problem));
  add_read(program.work.traffic, problem.memory,
           bytes * (problem.along == Along::matrices ? 3 : 1));
  add_written(program.work.traffic, problem.out_memory, bytes);
  program.buffers = line_buffers(problem);
  program.buffer_grid = device;
  const std::string variant =
      fmt::format("{} {} {} {} {}", problem.line_tiles, split.largest, to_string(problem.memory),
                  to_string(problem.out_memory),
                  fidelity_name(problem.fidelity) + (problem.fp32_accumulate ? " fp32" : ""));
  program.kernels = {fmt::format("reader_{} {}", names.kernel, variant),
                     fmt::format("writer_{} {}", names.kernel, variant),
                     fmt::format("{} {}", names.kernel, variant)};
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(problem.fidelity)},
                        {"exp", "accurate"},
                        {"numeric_stable", "yes"},
                        {"lines_per_core", std::to_string(split.largest)}};
  program.refused = {{"softmax interleaved multi-core",
                      "the dimension is not the last one, or the rank is above 4"}};
  return program;
}

}  // namespace wattention::wormhole
