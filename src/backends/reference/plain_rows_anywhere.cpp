#include "backends/reference/plain_rows_kernel.h"
#include "base/vector_extensions.h"

namespace wattention::reference {

const RowKernels& row_kernels_anywhere() {
  return kernels_here;
}

const RowKernels& row_kernels() {
#if defined(__x86_64__)
  if (runs_avx512()) return row_kernels_avx512();
  if (runs_avx2()) return row_kernels_avx2();
#endif
  return row_kernels_anywhere();
}

}  // namespace wattention::reference
