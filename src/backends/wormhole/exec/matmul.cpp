// Matmul on matrices: checks, threads, and the choice between the oracle and the vector kernels.
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/oracle_matmul.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {

namespace {

void check(MatrixView a, MatrixView b, const MatmulNumerics& numerics) {
  const auto whole = [](std::int64_t size) { return size > 0 && size % oracle::tile == 0; };
  expect(whole(a.rows) && whole(a.cols) && whole(b.rows) && whole(b.cols),
         "[matmul] expected whole 32x32 tiles; found [{}, {}] and [{}, {}]", a.rows, a.cols, b.rows,
         b.cols);
  expect(a.cols == b.rows, "[matmul] expected inner sizes to agree; found {} and {}", a.cols,
         b.rows);
  expect(numerics.block_tiles > 0 && a.cols / oracle::tile % numerics.block_tiles == 0,
         "[matmul] expected K blocks that divide {} tiles; found {}", a.cols / oracle::tile,
         numerics.block_tiles);
}

/// Columns [begin, end) of the output, one after the other.
void matmul_columns(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
                    Share columns) {
  std::vector<Bits> column(static_cast<std::size_t>(b.rows));
  for (std::int64_t n = columns.begin; n < columns.end; ++n) {
    for (std::int64_t k = 0; k < b.rows; ++k)
      column[static_cast<std::size_t>(k)] = b.bits[k * b.cols + n];
    for (std::int64_t m = 0; m < a.rows; ++m)
      out[m * b.cols + n] =
          oracle::matmul_element(a.bits + m * a.cols, column.data(), a.cols, numerics);
  }
}

}  // namespace

void matmul(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
            HostOptions host) {
  check(a, b, numerics);
  resolve_isa(host.isa);
  const int threads = resolve_threads(host.threads);
  parallel(threads, [&](int thread) {
    matmul_columns(a, b, numerics, out, share_of(b.cols, thread, threads, oracle::tile));
  });
}

}  // namespace wattention::wormhole
