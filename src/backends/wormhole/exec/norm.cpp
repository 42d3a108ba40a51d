// Threads own whole rows, on vector ISAs as many at once as there are lanes.
#include "backends/wormhole/exec/norm.h"

#include <span>
#include <vector>

#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/norm.h"
#include "base/fail.h"
#include "base/interrupt.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t tile_rows = 32;

const NormKernels* norm_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return &norm_kernels_avx512();
  if (isa == Isa::avx2) return &norm_kernels_avx2();
#endif
  return nullptr;
}

void run_vectors(const NormRows& task, Share rows, const NormKernels& kernels) {
  std::vector<Bits> columns(static_cast<std::size_t>(task.cols * kernels.lanes));
  for (std::int64_t row = rows.begin; row < rows.end; row += kernels.lanes) {
    interruption_point();
    kernels.rows(task, row, columns.data());
  }
}

void run_oracle(const NormRows& task, Share rows) {
  const auto cols = static_cast<std::size_t>(task.cols);
  const auto row_of = [&](const Bits* from, std::int64_t offset) -> std::span<const Bits> {
    if (from == nullptr) return {};
    return {from + offset, cols};
  };
  std::vector<Bits> squares(cols);
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    interruption_point();
    const std::int64_t offset = row * task.cols;
    kernels::normalise_row({row_of(task.input, offset), row_of(task.weight, 0),
                            row_of(task.bias, 0), row_of(task.residual, offset), row / tile_rows},
                           task.numerics, squares, {task.out + offset, cols});
  }
}

}  // namespace

void normalise(const NormRows& task, std::int64_t rows, HostOptions host) {
  expect(rows > 0 && task.cols > 0 && rows % 32 == 0 && task.cols % 32 == 0,
         "[norm] expected whole 32x32 tiles; found [{}, {}]", rows, task.cols);
  // Vectors have rows that lie whole, and results of 16 bits.
  const bool plain = task.numerics.parts.columns == 0 && !task.numerics.into_blocks;
  const NormKernels* kernels = plain ? norm_kernels(resolve_isa(host.isa)) : nullptr;
  const int threads = useful_threads(static_cast<double>(rows * task.cols), least_softmax_elements,
                                     resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(rows, thread, threads, 16);
    if (kernels != nullptr)
      run_vectors(task, share, *kernels);
    else
      run_oracle(task, share);
  });
}

}  // namespace wattention::wormhole
