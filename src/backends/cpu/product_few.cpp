#include "backends/cpu/product_few.h"

#include <algorithm>

#include "backends/cpu/useful_threads.h"

namespace wattention::cpu {
namespace {

constexpr std::int64_t rows_at_once = 4;  // of the kernel
constexpr std::int64_t line = 16;         // floats of a cache line
// Of weights that the second pass finds in L2.
constexpr std::int64_t block_bytes = 512 << 10;
constexpr std::int64_t most_block_columns = 256;

std::int64_t bytes_of(Element element) {
  return element == Element::f32 ? 4 : 2;
}

// B's columns, which are rows of the weights: whole lines of results, so that threads share none.
std::int64_t block_columns(std::int64_t row_bytes) {
  const std::int64_t fitting = block_bytes / std::max<std::int64_t>(row_bytes, 1) / line * line;
  return std::clamp(fitting, line, most_block_columns);
}

// Results of one block for up to four rows, narrowed into `out`.
void leave(const AttentionKernel& kernel, Element element, const float* sums, std::int64_t stride,
           std::int64_t rows, std::int64_t columns, std::byte* out, std::int64_t out_row_bytes) {
  for (std::int64_t r = 0; r < rows; ++r)
    kernel.narrow[static_cast<std::size_t>(element)](sums + r * stride, columns,
                                                     out + r * out_row_bytes);
}

}  // namespace

void multiply_few(const AttentionKernel& kernel, Element element, const Product& product,
                  Buffer& workspace, int threads) {
  const PlainB& b = product.b;
  const std::int64_t stride = round_up(b.k, line);
  const std::int64_t padded_rows = round_up(product.m, rows_at_once);  // a pass may read four
  workspace.require(padded_rows * stride * 4);
  auto* const rows = reinterpret_cast<float*>(workspace.data());
  std::fill_n(rows, padded_rows * stride, 0.0f);
  for (std::int64_t r = 0; r < product.m; ++r)
    kernel.query_row[static_cast<std::size_t>(element)](product.a.row(r), b.k, rows + r * stride);
  const std::int64_t block = block_columns(b.rows.row_bytes);
  const double work = static_cast<double>(product.m * b.n) * static_cast<double>(b.k);
  const int used = useful_threads(work, least_multiply_adds, threads);
  parallel(used, [&](int thread) {
    float sums[rows_at_once * most_block_columns];
    const Share share = share_of(b.n, thread, used, line);
    for (std::int64_t column = share.begin; column < share.end; column += block) {
      const std::int64_t columns = std::min(block, share.end - column);
      for (std::int64_t r = 0; r < product.m; r += rows_at_once) {
        const std::int64_t count = std::min(rows_at_once, product.m - r);
        kernel.row_scores[static_cast<std::size_t>(element)](
            {b.rows.row(column), b.rows.row_bytes, columns, b.k, rows + r * stride, stride,
             static_cast<int>(count), sums, most_block_columns});
        leave(kernel, element, sums, most_block_columns, count, columns,
              product.out + r * product.out_row_bytes + column * bytes_of(element),
              product.out_row_bytes);
      }
    }
  });
}

}  // namespace wattention::cpu
