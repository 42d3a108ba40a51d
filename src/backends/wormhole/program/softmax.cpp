// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/multi_core/
// softmax_op_multi_core.cpp.
#include "backends/wormhole/program/softmax.h"

#include <fmt/format.h>

#include "backends/wormhole/program/largest_divisor.h"
#include "backends/wormhole/program/work_split.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

std::vector<CircularBuffer> softmax_buffers(const SoftmaxProblem& problem, bool stable,
                                            std::int64_t block) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t between = problem.fp32_accumulate ? 2 * tile : tile;
  const std::int64_t width = problem.width_tiles;
  std::vector<CircularBuffer> buffers = {{"in", (stable ? width : 2 * block) * tile},
                                         {"out", 2 * block * tile},
                                         {"reciprocal", between},
                                         {"scaler", tile},
                                         {"exponentials", width * between}};
  if (problem.mask) {
    buffers.push_back({"scaled", (width + block) * between});
    buffers.push_back({"scale", tile});
    buffers.push_back({"given_mask", width * tile});
  }
  buffers.push_back({"mask", tile});
  if (stable) {
    buffers.push_back({"maximum", between});
    buffers.push_back({"differences", width * between});
  }
  return buffers;
}

TileWork work_of_rows(std::int64_t rows, const SoftmaxProblem& problem, bool stable) {
  const std::int64_t tiles = rows * problem.width_tiles;
  TileWork work;
  work.exponentials = tiles;
  work.reductions = tiles;
  work.reciprocals = rows;
  work.elementwise = tiles + (problem.padded_columns ? rows : 0);
  work.copies = tiles - (problem.padded_columns ? rows : 0);
  if (stable) {
    work.reductions += tiles;
    work.elementwise += tiles;
  }
  // Row sum and row maximum read each tile once more; so do the subtraction and the multiplication.
  work.unpacked = tiles * (stable ? 5 : 3) + 2 * rows;
  work.packed = tiles * (stable ? 3 : 2) + rows;
  if (problem.mask) {  // a product and a sum instead of the copy
    work.elementwise += 2 * tiles;
    work.copies = 0;
    work.unpacked += 3 * tiles;
    work.packed += tiles;
  }
  return work;
}

}  // namespace

Program make_softmax(const SoftmaxProblem& problem, const Release& release) {
  const CoreGrid device = n150d().compute_grid;
  const WorkSplit split = split_work(problem.tile_rows, device);
  const std::int64_t most = release.softmax_largest_block / (problem.fp32_accumulate ? 2 : 1);
  const std::int64_t block = largest_divisor(problem.width_tiles, most);
  const Fidelity fidelity = problem.fidelity.value_or(release.softmax_fidelity);
  const std::int64_t bytes = problem.tile_rows * problem.width_tiles * n150d().tile_bytes_bf16;
  const bool stable = problem.numeric_stable.value_or(release.softmax_numeric_stable);
  Program program;
  program.softmax = {stable, fidelity, fidelity, problem.fp32_accumulate, problem.approximate};
  program.work.op = "softmax";
  program.work.program = "softmax interleaved multi-core";
  program.work.grid = bounding_grid(split.cores, device, FillOrder::by_row);
  program.work.cores = split.cores;
  program.work.fidelity = fidelity;
  program.work.fp32_accumulate = problem.fp32_accumulate;
  program.work.total = work_of_rows(problem.tile_rows, problem, stable);
  program.work.busiest_core = work_of_rows(split.largest, problem, stable);
  add_read(program.work.traffic, problem.memory, bytes);
  if (problem.mask)
    add_read(program.work.traffic, *problem.mask, problem.mask_tiles * n150d().tile_bytes_bf16);
  add_written(program.work.traffic, problem.out_memory, bytes);
  program.buffers = softmax_buffers(problem, stable, block);
  program.buffer_grid = device;
  std::string variant = fmt::format("{} stable {}", to_string(problem.memory), stable);
  if (problem.mask) variant += fmt::format(" mask {}", to_string(*problem.mask));
  if (problem.out_memory != problem.memory)
    variant += fmt::format(" out {}", to_string(problem.out_memory));
  if (fidelity != release.softmax_fidelity) variant += " " + fidelity_name(fidelity);
  if (problem.fp32_accumulate) variant += " fp32";
  if (!problem.approximate) variant += " accurate";
  program.kernels = {"reader_unary_interleaved_sm.cpp " + variant,
                     "writer_unary_interleaved_start_id_blocked_sm.cpp " + variant,
                     "softmax.cpp " + variant};
  program.uncached_variant = fmt::format("numeric_stable {}", stable);
  if (fidelity != release.softmax_fidelity)
    program.uncached_variant += " " + fidelity_name(fidelity);
  if (problem.fp32_accumulate) program.uncached_variant += " fp32";
  if (!problem.approximate) program.uncached_variant += " accurate";
  if (problem.causal) program.uncached_variant += " causal";
  program.attributes = {{"cores", std::to_string(split.cores)},
                        {"fidelity", fidelity_name(fidelity)},
                        {"exp", problem.approximate ? "approximate" : "accurate"},
                        {"numeric_stable", stable ? "yes" : "no"},
                        {"tile_rows_per_core", std::to_string(split.largest)},
                        {"block", std::to_string(block)}};
  program.refused = {{"moreh_softmax", "the dimension is the last one and the rank is at most 4"}};
  return program;
}

// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/moreh/moreh_softmax/device/moreh_softmax_device_operation.cpp.
namespace {

using Along = SoftmaxLinesProblem::Along;

// in, out, exponentials, differences; mask, scaler, sum, maximum and one more.
std::vector<CircularBuffer> line_buffers(const SoftmaxLinesProblem& problem) {
  const std::int64_t tile = n150d().tile_bytes_bf16, line = problem.line_tiles * tile;
  if (problem.along == Along::matrices)
    return {{"in", 2 * tile},  {"out", 2 * tile}, {"exponentials", tile}, {"reciprocal", tile},
            {"sum", 2 * tile}, {"maximum", tile}, {"between", tile}};
  return {{"in", line},      {"mask", tile},         {"scaler", tile},
          {"out", line},     {"exponentials", line}, {"reciprocal", tile},
          {"maximum", tile}, {"differences", line},  {"between", tile}};
}

TileWork work_of_lines(std::int64_t lines, const SoftmaxLinesProblem& problem) {
  constexpr std::int64_t exp_cycles = 66, vectors_of_a_tile = 32;  // unary_kernels.inc
  const std::int64_t tiles = lines * problem.line_tiles;
  const bool across = problem.along == Along::matrices;
  TileWork work;
  work.reductions = across ? 0 : 2 * tiles;
  // Difference and product; across matrices the difference comes twice, and a sum.
  work.elementwise = tiles * (across ? 4 : 2);
  work.vector_cycles = tiles * (across ? 2 : 1) * exp_cycles * vectors_of_a_tile;
  work.reciprocals = lines;
  work.copies = tiles * (across ? 4 : 1);
  work.unpacked = tiles * (across ? 10 : 5) + lines;
  work.packed = tiles * (across ? 7 : 3) + 2 * lines;
  return work;
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

bool line_fits(const SoftmaxLinesProblem& problem) {
  constexpr std::int64_t usable = 512 * 1024;
  if (problem.along == Along::matrices) return true;
  std::int64_t bytes = n150d().l1.first_free;
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
  program.work.cores = split.cores;
  program.work.fidelity = problem.fidelity;
  program.work.total = work_of_lines(problem.lines, problem);
  program.work.busiest_core = work_of_lines(split.largest, problem);
  // Across matrices each tile is read for the maximum, the sum and the result.
  add_read(program.work.traffic, problem.memory,
           bytes * (problem.along == Along::matrices ? 3 : 1));
  add_written(program.work.traffic, problem.out_memory, bytes);
  program.buffers = line_buffers(problem);
  program.buffer_grid = device;
  const std::string variant =
      fmt::format("{} {} {} {} {}", problem.line_tiles, split.largest, to_string(problem.memory),
                  to_string(problem.out_memory), fidelity_name(problem.fidelity));
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
