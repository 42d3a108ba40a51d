// Softmax on matrices: threads own whole rows.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/oracle_softmax.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {

void softmax(MatrixView input, std::int64_t logical_cols, const SoftmaxNumerics& numerics,
             Bits* out, HostOptions host) {
  expect(input.rows > 0 && input.cols > 0 && input.rows % 32 == 0 && input.cols % 32 == 0,
         "[softmax] expected whole 32x32 tiles; found [{}, {}]", input.rows, input.cols);
  expect(logical_cols > input.cols - 32 && logical_cols <= input.cols,
         "[softmax] expected a width that ends in the last of {} columns' tile; found {}",
         input.cols, logical_cols);
  resolve_isa(host.isa);
  const int threads = resolve_threads(host.threads);
  const auto cols = static_cast<std::size_t>(input.cols);
  parallel(threads, [&](int thread) {
    const Share rows = share_of(input.rows, thread, threads);
    for (std::int64_t row = rows.begin; row < rows.end; ++row)
      oracle::softmax_row({input.bits + row * input.cols, cols},
                          static_cast<std::size_t>(logical_cols), numerics.numeric_stable,
                          {out + row * input.cols, cols});
  });
}

}  // namespace wattention::wormhole
