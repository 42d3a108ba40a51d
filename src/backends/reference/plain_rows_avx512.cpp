#include "backends/reference/plain_rows_kernel.h"

namespace wattention::reference {

const RowKernels& row_kernels_avx512() {
  return kernels_here;
}

}  // namespace wattention::reference
