// Matmul on matrices: checks, threads, and the choice between the oracle and the vector kernels.
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/matmul_vector.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {

namespace {

void check(MatrixView a, MatrixView b, const MatmulNumerics& numerics) {
  const auto whole = [](std::int64_t size) { return size > 0 && size % kernels::tile == 0; };
  expect(whole(a.rows) && whole(a.cols) && whole(b.rows) && whole(b.cols),
         "[matmul] expected whole 32x32 tiles; found [{}, {}] and [{}, {}]", a.rows, a.cols, b.rows,
         b.cols);
  expect(a.cols == b.rows, "[matmul] expected inner sizes to agree; found {} and {}", a.cols,
         b.rows);
  expect(numerics.block_tiles > 0 && a.cols / kernels::tile % numerics.block_tiles == 0,
         "[matmul] expected K blocks that divide {} tiles; found {}", a.cols / kernels::tile,
         numerics.block_tiles);
}

MatmulKernel kernel_for(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return matmul_block_avx512;
  if (isa == Isa::avx2) return matmul_block_avx2;
#endif
  return nullptr;  // the oracle
}

}  // namespace

void matmul(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
            HostOptions host) {
  check(a, b, numerics);
  const MatmulKernel kernel = kernel_for(resolve_isa(host.isa));
  const int threads = resolve_threads(host.threads);
  if (kernel != nullptr) return matmul_vector(a, b, numerics, out, threads, kernel);
  parallel(threads, [&](int thread) {
    const Share cols = share_of(b.cols, thread, threads, kernels::tile);
    matmul_oracle(a, b, numerics, out, 0, a.rows, cols.begin, cols.end - cols.begin);
  });
}

}  // namespace wattention::wormhole
