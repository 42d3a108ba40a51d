// Matmul on matrices: checks, threads, and the choice between the oracle and the vector kernels.
#include <algorithm>
#include <atomic>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/matmul_vector.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/matmul.h"
#include "base/fail.h"

namespace wattention::wormhole {

namespace {

template <class Element>
void check(MatrixOf<Element> a, MatrixOf<Element> b, const MatmulNumerics& numerics) {
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

/// nullptr for `scalar`: the oracle computes.
const MatmulKernels* kernels_for(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return &matmul_kernels_avx512();
  if (isa == Isa::avx2) return &matmul_kernels_avx2();
#endif
  return nullptr;
}

template <class Element>
void matmul_of(MatrixOf<Element> a, MatrixOf<Element> b, const MatmulNumerics& numerics,
               Element* out, HostOptions host) {
  check(a, b, numerics);
  const MatmulKernels* kernels = kernels_for(resolve_isa(host.isa));
  int threads = resolve_threads(host.threads);
  if (kernels != nullptr) return matmul_vector(a, b, numerics, out, threads, *kernels);
  threads = static_cast<int>(std::min<std::int64_t>(threads, b.cols / kernels::tile));
  parallel(threads, [&](int thread) {
    const Share cols = share_of(b.cols, thread, threads, kernels::tile);
    matmul_oracle(a, b, numerics, out, 0, a.rows, cols.begin, cols.end - cols.begin);
  });
}

template <class Element>
void matmul_batch_of(MatrixOf<Element> a, MatrixOf<Element> b, std::int64_t matrices,
                     const MatmulNumerics& numerics, Element* out, HostOptions host) {
  const std::int64_t height = a.rows / matrices, depth = b.rows / matrices;
  const auto one = [&](std::int64_t i, int threads) {
    matmul_of<Element>({a.bits + i * height * a.cols, height, a.cols},
                       {b.bits + i * depth * b.cols, depth, b.cols}, numerics,
                       out + i * height * b.cols, {threads, host.isa});
  };
  const int threads = resolve_threads(host.threads);
  const double work = static_cast<double>(height * depth) * static_cast<double>(b.cols);
  const int shared = useful_threads(work, least_multiply_adds, threads);
  const int used = static_cast<int>(std::min<std::int64_t>(
      matrices,
      useful_threads(work * static_cast<double>(matrices), least_multiply_adds, threads)));
  if (matrices == 1 || shared >= used) {
    for (std::int64_t i = 0; i < matrices; ++i) one(i, threads);
    return;
  }
  // Small matrices: one fork for all, and the next one is whoever's is free.
  std::atomic<std::int64_t> next{0};
  parallel(used, [&](int) {
    for (std::int64_t i = next++; i < matrices; i = next++) one(i, 1);
  });
}

}  // namespace

void matmul(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
            HostOptions host) {
  matmul_of(a, b, numerics, out, host);
}
void matmul(WideMatrixView a, WideMatrixView b, const MatmulNumerics& numerics, Word* out,
            HostOptions host) {
  matmul_of(a, b, numerics, out, host);
}

void matmul_batch(MatrixView a, MatrixView b, std::int64_t matrices, const MatmulNumerics& numerics,
                  Bits* out, HostOptions host) {
  matmul_batch_of(a, b, matrices, numerics, out, host);
}
void matmul_batch(WideMatrixView a, WideMatrixView b, std::int64_t matrices,
                  const MatmulNumerics& numerics, Word* out, HostOptions host) {
  matmul_batch_of(a, b, matrices, numerics, out, host);
}

}  // namespace wattention::wormhole
