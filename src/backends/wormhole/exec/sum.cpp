// Sums along the width and the height: threads own blocks of 32 rows or columns; a block whose exponents are beyond the
// vector kernel goes to the oracle.
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/sum_block.h"
#include "backends/wormhole/exec/transpose_halves.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/kernels/reduce.h"
#include "base/fail.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

namespace {

SumKernel kernel_for(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return sum_block_avx512;
  if (isa == Isa::avx2) return sum_block_avx2;
#endif
  return nullptr;  // the oracle
}

void check(MatrixView input) {
  expect(input.rows > 0 && input.cols > 0 && input.rows % 32 == 0 && input.cols % 32 == 0,
         "[sum] expected whole 32x32 tiles; found [{}, {}]", input.rows, input.cols);
}

struct Task {
  MatrixView input;
  Bits scaler;
  const SumNumerics& numerics;
  SumKernel kernel;

  bool by_vectors(SumBlock block, SumProgram program) const {
    if (kernel == nullptr || exponent_of(scaler) == 0 || block.count > most_summed) return false;
    block.scaler = scaler;
    block.phases = static_cast<int>(numerics.fidelity);
    block.fp32_dst = numerics.fp32_accumulate;
    block.program = program;
    return kernel(block);
  }
};

/// The sums of 32 rows, each against a column of scalers.
class RowSums {
 public:
  explicit RowSums(const Task& task)
      : task_(task),
        columns_(static_cast<std::size_t>(task.kernel ? task.input.cols * sum_lanes : 0)) {}

  void run(std::int64_t first_row, Bits* sums) {
    const Bits* rows = task_.input.bits + first_row * task_.input.cols;
    const std::int64_t count = task_.input.cols;
    if (task_.kernel != nullptr)
      transpose_halves(rows, count, sum_lanes, count, columns_.data(), sum_lanes);
    SumBlock block{};
    block.values = columns_.data();
    block.stride = sum_lanes;
    block.count = count;
    block.out = sums;
    if (task_.by_vectors(block, SumProgram::product)) return;
    const std::vector<Bits> scalers(static_cast<std::size_t>(count), task_.scaler);
    const MatmulNumerics product{task_.numerics.fidelity, count / kernels::tile,
                                 task_.numerics.fp32_accumulate, false};
    for (std::int64_t row = 0; row < sum_lanes; ++row)
      sums[row] = kernels::matmul_element(rows + row * count, scalers.data(), count, product);
  }

 private:
  const Task& task_;
  std::vector<Bits> columns_;
};

// The sums of 32 columns of one matrix.
void sum_32_columns(const Task& task, const Bits* top, std::int64_t rows, Bits* sums) {
  const std::int64_t stride = task.input.cols;
  SumBlock block{};
  block.values = top;
  block.stride = stride;
  block.count = rows;
  block.out = sums;
  if (task.by_vectors(block, SumProgram::pool)) return;
  std::vector<Bits> column(static_cast<std::size_t>(rows));
  for (std::int64_t col = 0; col < sum_lanes; ++col) {
    for (std::int64_t row = 0; row < rows; ++row)
      column[static_cast<std::size_t>(row)] = top[row * stride + col];
    sums[col] =
        kernels::column_sum(column, task.scaler, static_cast<int>(task.numerics.fidelity),
                            task.numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16);
  }
}

int threads_for(MatrixView input, HostOptions host) {
  return useful_threads(static_cast<double>(input.rows) * static_cast<double>(input.cols),
                        least_summed_elements, resolve_threads(host.threads));
}

}  // namespace

void sum_rows(MatrixView input, Bits scaler, const SumNumerics& numerics, Bits* sums,
              HostOptions host) {
  check(input);
  const Task task{input, scaler, numerics, kernel_for(resolve_isa(host.isa))};
  const int threads = threads_for(input, host);
  parallel(threads, [&](int thread) {
    const Share rows = share_of(input.rows, thread, threads, sum_lanes);
    RowSums block(task);
    for (std::int64_t row = rows.begin; row < rows.end; row += sum_lanes) {
      interruption_point();
      block.run(row, sums + row);
    }
  });
}

void sum_columns(MatrixView input, std::int64_t matrices, Bits scaler, const SumNumerics& numerics,
                 Bits* sums, HostOptions host) {
  check(input);
  const Task task{input, scaler, numerics, kernel_for(resolve_isa(host.isa))};
  const std::int64_t rows = input.rows / matrices, columns = matrices * input.cols;
  const int threads = threads_for(input, host);
  parallel(threads, [&](int thread) {
    const Share share = share_of(columns, thread, threads, sum_lanes);
    for (std::int64_t i = share.begin; i < share.end; i += sum_lanes) {
      interruption_point();
      const std::int64_t matrix = i / input.cols;
      sum_32_columns(task, input.bits + matrix * rows * input.cols + i % input.cols, rows,
                     sums + i);
    }
  });
}

}  // namespace wattention::wormhole
