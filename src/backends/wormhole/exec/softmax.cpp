// Softmax on matrices: threads own whole rows, on vector ISAs as many at once as there are lanes.
#include <array>
#include <vector>

#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/softmax_steps.h"
#include "base/fail.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

namespace {

/// exp of every pattern as it stands in L1 after the step.
const std::vector<Bits>& exp_table() {
  static const std::vector<Bits> table =
      pattern_table([](Bits x) { return kernels::exponential(x); });
  return table;
}

struct Task {
  MatrixView input;
  std::int64_t logical_cols;
  const SoftmaxNumerics& numerics;
  Bits* out;
  const ScaleMask* masked;
};

/// Rows [first, first + lanes) by vectors. `columns` is scratch for [cols][lanes].
class VectorSoftmax {
 public:
  VectorSoftmax(const Task& task, const ElementwiseKernels& vectors)
      : task_(task),
        vectors_(vectors),
        columns_(static_cast<std::size_t>(task.input.cols * vectors.lanes)) {}

  void run(std::int64_t first_row) {
    for (std::int64_t lane = 0; lane < vectors_.lanes; ++lane) exponentials(first_row + lane, lane);
    std::array<Bits, 16> sums{};
    vectors_.row_sums(static_cast<int>(task_.numerics.sum))(columns_.data(), task_.input.cols,
                                                            sums.data());
    const int phases = static_cast<int>(task_.numerics.multiply);
    for (std::int64_t lane = 0; lane < vectors_.lanes; ++lane) {
      Bits* row = task_.out + (first_row + lane) * task_.input.cols;
      const Bits scale = kernels::scale_of(sums[static_cast<std::size_t>(lane)]);
      vectors_.multiply_scalar(row, scale, task_.input.cols, phases, row);
    }
  }

 private:
  void exponentials(std::int64_t row, std::int64_t lane) {
    const Bits* from = task_.input.bits + row * task_.input.cols;
    Bits* out = task_.out + row * task_.input.cols;
    std::int64_t masked_from = task_.logical_cols;
    if (task_.masked != nullptr) {
      scale_and_mask(row, out);
      from = out;
      masked_from = task_.input.cols;
    }
    if (task_.numerics.numeric_stable) {
      subtract_maximum(from, out);
      from = out;
      masked_from = task_.input.cols;  // the mask is in already
    }
    const std::vector<Bits>& table = exp_table();
    for (std::int64_t c = 0; c < task_.input.cols; ++c) {
      const Bits value = c < masked_from
                             ? table[from[c]]
                             : table[kernels::add(from[c], kernels::minus_infinity_bits)];
      out[c] = value;
      columns_[static_cast<std::size_t>(c * vectors_.lanes + lane)] = value;
    }
  }

  // The matrix unit makes no NaN or -0, so the packer between the steps changes nothing.
  void scale_and_mask(std::int64_t row, Bits* out) {
    const std::int64_t offset = row * task_.input.cols;
    vectors_.multiply_scalar(task_.input.bits + offset, task_.masked->scale, task_.input.cols,
                             static_cast<int>(task_.numerics.multiply), out);
    vectors_.add(out, task_.masked->mask + offset, 0, task_.input.cols, out);
  }

  void subtract_maximum(const Bits* from, Bits* out) {
    const auto cols = static_cast<std::size_t>(task_.input.cols);
    const std::int64_t logical = task_.masked ? task_.input.cols : task_.logical_cols;
    kernels::mask_padding({from, cols}, static_cast<std::size_t>(logical), {out, cols});
    vectors_.subtract_scalar(out, kernels::maximum_of({out, cols}), task_.input.cols, out);
  }

  const Task& task_;
  const ElementwiseKernels& vectors_;
  std::vector<Bits> columns_;
};

void run_rows(const Task& task, Share rows, const ElementwiseKernels* vectors) {
  if (vectors != nullptr) {
    VectorSoftmax softmax(task, *vectors);
    for (std::int64_t row = rows.begin; row < rows.end; row += vectors->lanes) {
      interruption_point();
      softmax.run(row);
    }
    return;
  }
  const auto cols = static_cast<std::size_t>(task.input.cols);
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    interruption_point();
    const std::int64_t offset = row * task.input.cols;
    kernels::SoftmaxRow one{.input = {task.input.bits + offset, cols},
                            .mask = {},
                            .logical_cols = static_cast<std::size_t>(task.logical_cols)};
    if (task.masked != nullptr) {
      one.mask = {task.masked->mask + offset, cols};
      one.scale = task.masked->scale;
    }
    kernels::softmax_row(one, task.numerics, {task.out + offset, cols});
  }
}

}  // namespace

void softmax(MatrixView input, std::int64_t logical_cols, const SoftmaxNumerics& numerics,
             Bits* out, HostOptions host, const ScaleMask* masked) {
  expect(input.rows > 0 && input.cols > 0 && input.rows % 32 == 0 && input.cols % 32 == 0,
         "[softmax] expected whole 32x32 tiles; found [{}, {}]", input.rows, input.cols);
  expect(logical_cols > input.cols - 32 && logical_cols <= input.cols,
         "[softmax] expected a width that ends in the last of {} columns' tile; found {}",
         input.cols, logical_cols);
  // Vectors have the plain arithmetic only.
  const bool plain = numerics.approximate && !numerics.fp32_accumulate;
  const ElementwiseKernels* vectors = plain ? elementwise_kernels(resolve_isa(host.isa)) : nullptr;
  const int threads = useful_threads(static_cast<double>(input.rows * input.cols),
                                     least_softmax_elements, resolve_threads(host.threads));
  const Task task{input, logical_cols, numerics, out, masked};
  parallel(threads,
           [&](int thread) { run_rows(task, share_of(input.rows, thread, threads, 16), vectors); });
}

}  // namespace wattention::wormhole
