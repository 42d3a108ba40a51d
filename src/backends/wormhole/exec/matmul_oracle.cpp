#include <vector>

#include "backends/wormhole/exec/matmul_vector.h"
#include "backends/wormhole/kernels/matmul.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

template <class Element>
void matmul_oracle(MatrixOf<Element> a, MatrixOf<Element> b, const MatmulNumerics& numerics,
                   Element* out, std::int64_t first_row, std::int64_t rows, std::int64_t first_col,
                   std::int64_t cols) {
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
