#include <algorithm>
#include <type_traits>
#include <vector>

#include "backends/wormhole/exec/matmul_vector.h"
#include "backends/wormhole/kernels/matmul.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

namespace {

void neighbours_oracle(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
                       std::int64_t first_row, std::int64_t rows, std::int64_t first_col,
                       std::int64_t cols) {
  std::vector<Bits> columns(static_cast<std::size_t>(block_length * b.rows));
  for (std::int64_t n = first_col; n < first_col + cols; n += block_length) {
    interruption_point();
    for (std::int64_t i = 0; i < block_length; ++i)
      for (std::int64_t k = 0; k < b.rows; ++k)
        columns[static_cast<std::size_t>(i * b.rows + k)] = b.bits[k * b.cols + n + i];
    for (std::int64_t m = first_row; m < first_row + rows; ++m)
      std::ranges::copy(
          kernels::matmul_neighbours(a.bits + m * a.cols, columns.data(), a.cols, numerics),
          out + m * b.cols + n);
  }
}

}  // namespace

template <class Element>
void matmul_oracle(MatrixOf<Element> a, MatrixOf<Element> b, const MatmulNumerics& numerics,
                   Element* out, std::int64_t first_row, std::int64_t rows, std::int64_t first_col,
                   std::int64_t cols) {
  if constexpr (std::is_same_v<Element, Bits>)
    if (numerics.partial_bits != 0)
      return neighbours_oracle(a, b, numerics, out, first_row, rows, first_col, cols);
  std::vector<Element> column(static_cast<std::size_t>(b.rows));
  for (std::int64_t n = first_col; n < first_col + cols; ++n) {
    interruption_point();
    for (std::int64_t k = 0; k < b.rows; ++k)
      column[static_cast<std::size_t>(k)] = b.bits[k * b.cols + n];
    for (std::int64_t m = first_row; m < first_row + rows; ++m)
      out[m * b.cols + n] =
          kernels::matmul_element(a.bits + m * a.cols, column.data(), a.cols, numerics);
  }
}

template void matmul_oracle(MatrixOf<Bits>, MatrixOf<Bits>, const MatmulNumerics&, Bits*,
                            std::int64_t, std::int64_t, std::int64_t, std::int64_t);
template void matmul_oracle(MatrixOf<Word>, MatrixOf<Word>, const MatmulNumerics&, Word*,
                            std::int64_t, std::int64_t, std::int64_t, std::int64_t);

}  // namespace wattention::wormhole
