#include "backends/wormhole/exec/softmax_lines.h"

#include <array>
#include <vector>

#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/softmax_lines.h"
#include "base/interrupt.h"

namespace wattention::wormhole {
namespace {

const std::vector<Bits>& exp_table() {
  static const std::vector<Bits> table =
      pattern_table([](Bits x) { return kernels::lines::exponential(x); });
  return table;
}

struct Task {
  MatrixView lines;
  std::int64_t logical;
  const LineNumerics& numerics;
  Bits* out;

  std::span<const Bits> line(std::int64_t row) const {
    return {lines.bits + row * lines.cols, static_cast<std::size_t>(lines.cols)};
  }
};

/// As many lines at once as there are lanes. `columns` is scratch for [cols][lanes].
void run_vectors(const Task& task, std::int64_t first, const ElementwiseKernels& vectors,
                 std::vector<Bits>& columns) {
  const std::int64_t cols = task.lines.cols;
  const int phases = static_cast<int>(task.numerics.fidelity);
  for (std::int64_t lane = 0; lane < vectors.lanes; ++lane) {
    const std::span<const Bits> line = task.line(first + lane);
    Bits* const out = task.out + (first + lane) * cols;
    const Bits largest = kernels::lines::maximum(line, static_cast<std::size_t>(task.logical));
    vectors.subtract_scalar(line.data(), largest, cols, out);
    for (std::int64_t c = 0; c < cols; ++c) {
      out[c] = c < task.logical ? exp_table()[out[c]] : Bits{0};
      columns[static_cast<std::size_t>(c * vectors.lanes + lane)] = out[c];
    }
  }
  std::array<Bits, 16> sums{};
  vectors.row_sums(phases)(columns.data(), cols, sums.data());
  for (std::int64_t lane = 0; lane < vectors.lanes; ++lane) {
    Bits* const out = task.out + (first + lane) * cols;
    const Bits factor = kernels::lines::inverse(pack_bf16(sums[static_cast<std::size_t>(lane)]),
                                                task.numerics.approximate);
    vectors.multiply_scalar(out, factor, cols, phases, out);
  }
}

void run_lines(const Task& task, Share rows, const ElementwiseKernels* vectors) {
  const std::int64_t lanes = vectors == nullptr ? 1 : vectors->lanes;
  std::vector<Bits> columns(static_cast<std::size_t>(task.lines.cols * lanes));
  for (std::int64_t row = rows.begin; row < rows.end; row += lanes) {
    interruption_point();
    if (vectors != nullptr)
      run_vectors(task, row, *vectors, columns);
    else
      kernels::softmax_line(
          task.line(row), static_cast<std::size_t>(task.logical),
          static_cast<int>(task.numerics.fidelity), task.numerics.approximate,
          {task.out + row * task.lines.cols, static_cast<std::size_t>(task.lines.cols)});
  }
}

}  // namespace

void softmax_lines(MatrixView lines, std::int64_t logical, const LineNumerics& numerics, Bits* out,
                   HostOptions host) {
  const ElementwiseKernels* vectors = elementwise_kernels(resolve_isa(host.isa));
  const int threads = useful_threads(static_cast<double>(lines.rows * lines.cols),
                                     least_softmax_elements, resolve_threads(host.threads));
  const Task task{lines, logical, numerics, out};
  parallel(threads, [&](int thread) {
    run_lines(task, share_of(lines.rows, thread, threads, 16), vectors);
  });
}

void softmax_across(const Bits* input, std::int64_t matrices, std::int64_t count,
                    const LineNumerics& numerics, Bits* out, HostOptions host) {
  const auto size = static_cast<std::size_t>(count);
  const auto from = [&](std::int64_t i) { return std::span(input + i * count, size); };
  const auto to = [&](std::int64_t i) { return std::span(out + i * count, size); };
  std::vector<Bits> largest(size), sum(size);
  for (std::size_t at = 0; at < size; ++at) {
    largest[at] = kernels::copy(input[at]);
    for (std::int64_t i = 1; i < matrices; ++i)
      largest[at] = kernels::lines::larger(from(i)[at], largest[at]);
  }
  for (std::int64_t i = 0; i < matrices; ++i) {
    subtract(from(i), largest, to(i), host);
    for (Bits& value : to(i)) value = exp_table()[value];
    if (i == 0)
      std::ranges::copy(to(0), sum.begin());
    else
      add(sum, to(i), sum, host);
  }
  for (Bits& value : sum) value = kernels::lines::inverse(value, numerics.approximate);
  for (std::int64_t i = 0; i < matrices; ++i) multiply(to(i), sum, numerics.fidelity, to(i), host);
}

}  // namespace wattention::wormhole
