#include "backends/reference/plain_rows_kernel.h"

namespace wattention::reference {

const RowKernels& row_kernels_avx2() {
  return kernels_here;
}

}  // namespace wattention::reference
