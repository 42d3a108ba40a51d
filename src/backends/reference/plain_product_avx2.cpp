#include <cstdint>

#include "backends/reference/plain_product_kernel.h"

namespace wattention::reference {

void plain_kernel_avx2(const double* a, std::int64_t a_stride, const double* panel,
                       std::int64_t depth, double* sums) {
  using Vector = double __attribute__((vector_size(32)));
  constexpr int columns = 24, rows = 4, all_rows = 8, wide = 12;
  for (int row = 0; row < all_rows; row += rows)
    for (int column = 0; column < columns; column += wide)
      add_rows<Vector, rows, wide>(a + row * a_stride, a_stride, panel + column, columns, depth,
                                   sums + row * columns + column);
}

}  // namespace wattention::reference
