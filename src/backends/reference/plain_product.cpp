#include "backends/reference/plain_product.h"

#include <algorithm>
#include <vector>

#include "backends/reference/families.h"
#include "backends/reference/plain_product_kernel.h"
#include "base/interrupt.h"
#include "base/threads.h"
#include "base/vector_extensions.h"

namespace wattention::reference {
namespace {

constexpr int columns = plain_panel_columns, rows_at_once = plain_rows;
// A panel stays in an L2 of 256 KiB beside the rows that meet it: 24 x 512 x 8 B = 96 KiB.
constexpr std::int64_t depth_at_once = 512;

void kernel_anywhere(const double* a, std::int64_t a_stride, const double* panel,
                     std::int64_t depth, double* sums) {
  using Vector = double __attribute__((vector_size(16)));
  for (int row = 0; row < rows_at_once; row += 2)
    for (int column = 0; column < columns; column += 6)
      add_rows<Vector, 2, 6>(a + row * a_stride, a_stride, panel + column, columns, depth,
                             sums + row * columns + column);
}

PlainKernel kernel_here() {
#if defined(__x86_64__)
  if (runs_avx512()) return plain_kernel_avx512;
  if (runs_avx2()) return plain_kernel_avx2;
#endif
  return kernel_anywhere;
}

// b's columns from `first` on and its rows from `k` on, side by side; zeros where there are no more columns.
void pack_panel(const PlainMatrices& of, std::int64_t k, std::int64_t depth, std::int64_t first,
                double* panel) {
  const std::int64_t there = std::min<std::int64_t>(columns, of.cols - first);
  for (std::int64_t i = 0; i < depth; ++i)
    for (std::int64_t j = 0; j < columns; ++j)
      panel[i * columns + j] = j >= there      ? 0
                               : of.transposed ? of.b[(first + j) * of.b_stride + k + i]
                                               : of.b[(k + i) * of.b_stride + first + j];
}

// The last rows are too few for a kernel: they are copied beside zeros.
struct Rows {
  const double* first;
  std::int64_t stride;
};

Rows rows_at(const PlainMatrices& of, std::int64_t row, std::int64_t there, std::int64_t k,
             std::int64_t depth, std::vector<double>& room) {
  if (there == rows_at_once) return {of.a + row * of.a_stride + k, of.a_stride};
  std::fill(room.begin(), room.end(), 0.0);
  for (std::int64_t i = 0; i < there; ++i)
    std::copy_n(of.a + (row + i) * of.a_stride + k, depth, room.data() + i * depth);
  return {room.data(), depth};
}

void add_panel(const PlainMatrices& of, const Share& share, std::int64_t k, std::int64_t depth,
               std::int64_t first, const double* panel, PlainKernel kernel) {
  const std::int64_t there = std::min<std::int64_t>(columns, of.cols - first);
  std::vector<double> room(static_cast<std::size_t>(rows_at_once * depth));
  double sums[rows_at_once * columns];
  for (std::int64_t row = share.begin; row < share.end; row += rows_at_once) {
    const std::int64_t count = std::min<std::int64_t>(rows_at_once, share.end - row);
    const Rows a = rows_at(of, row, count, k, depth, room);
    std::fill(std::begin(sums), std::end(sums), 0.0);
    kernel(a.first, a.stride, panel, depth, sums);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t j = 0; j < there; ++j)
        of.out[(row + i) * of.out_stride + first + j] += sums[i * columns + j];
  }
}

void multiply(const PlainMatrices& of, const Share& share, PlainKernel kernel) {
  std::vector<double> panel(static_cast<std::size_t>(depth_at_once * columns));
  for (std::int64_t k = 0; k < of.inner; k += depth_at_once) {
    const std::int64_t depth = std::min(depth_at_once, of.inner - k);
    for (std::int64_t first = 0; first < of.cols; first += columns) {
      interruption_point();
      pack_panel(of, k, depth, first, panel.data());
      add_panel(of, share, k, depth, first, panel.data(), kernel);
    }
  }
}

void start_from_bias(const OpCall& call, double* out) {
  const double* bias = call.third() == nullptr ? nullptr : values(*call.third());
  const std::int64_t cols = call.shape[-1];
  for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = bias ? bias[i % cols] : 0;
}

}  // namespace

void add_plain_product(const PlainMatrices& of) {
  static const PlainKernel kernel = kernel_here();
  multiply(of, {0, of.rows}, kernel);
}

void plain_product(const OpCall& call, double* out, int threads) {
  const std::int64_t inner = call.a().size(-1), cols = call.shape[-1];
  const bool batched = call.b().numel() > call.b().size(-1) * call.b().size(-2);
  const std::int64_t all_rows = call.a().numel() / inner;
  const std::int64_t rows = batched ? call.a().size(-2) : all_rows;
  start_from_bias(call, out);
  const PlainKernel kernel = kernel_here();
  constexpr double least_multiply_adds = 1e6;  // about 100 us, several times a fork and join
  threads = useful_threads(static_cast<double>(rows * inner) * static_cast<double>(cols),
                           least_multiply_adds, threads);
  for (std::int64_t batch = 0; batch * rows < all_rows; ++batch) {
    const bool transposed = call.attributes.transpose_b.value_or(false);
    const PlainMatrices of{.a = values(call.a()) + batch * rows * inner,
                           .a_stride = inner,
                           .b = values(call.b()) + (batched ? batch * inner * cols : 0),
                           .b_stride = transposed ? inner : cols,
                           .transposed = transposed,
                           .out = out + batch * rows * cols,
                           .out_stride = cols,
                           .rows = rows,
                           .inner = inner,
                           .cols = cols};
    parallel(threads, [&](int thread) { multiply(of, share_of(rows, thread, threads), kernel); });
  }
}

}  // namespace wattention::reference
