// The largest value of rows and of columns, in the order of signs and magnitudes; threads own stretches of the result.
#include <algorithm>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/reduce.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

namespace {

int threads_for(MatrixView input, HostOptions host) {
  return useful_threads(static_cast<double>(input.rows) * static_cast<double>(input.cols),
                        least_elements, resolve_threads(host.threads));
}

// A row at a time, so that memory is read in order.
void largest_of_columns(const Bits* rows, std::int64_t count, std::int64_t stride, Share cols,
                        Bits* largest) {
  std::fill(largest + cols.begin, largest + cols.end, lowest_bits);
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t col = cols.begin; col < cols.end; ++col)
      largest[col] = gmpool(rows[i * stride + col], largest[col]);
  for (std::int64_t col = cols.begin; col < cols.end; ++col) largest[col] = pack_bf16(largest[col]);
}

}  // namespace

void max_rows(MatrixView input, Bits* largest, HostOptions host) {
  const int threads = threads_for(input, host);
  parallel(threads, [&](int thread) {
    const Share rows = share_of(input.rows, thread, threads);
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      interruption_point();
      const Bits* const first = input.bits + row * input.cols;
      largest[row] = pack_bf16(kernels::row_max({first, static_cast<std::size_t>(input.cols)}));
    }
  });
}

void max_columns(MatrixView input, std::int64_t matrices, Bits* largest, HostOptions host) {
  const std::int64_t rows = input.rows / matrices;
  const int threads = threads_for(input, host);
  parallel(threads, [&](int thread) {
    const Share cols = share_of(input.cols, thread, threads, 32);
    for (std::int64_t matrix = 0; matrix < matrices; ++matrix) {
      interruption_point();
      largest_of_columns(input.bits + matrix * rows * input.cols, rows, input.cols, cols,
                         largest + matrix * input.cols);
    }
  });
}

}  // namespace wattention::wormhole
