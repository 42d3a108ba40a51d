#include "backends/reference/plain_rows_kernel.h"

namespace wattention::reference {

const RowKernels& row_kernels_anywhere() {
  return kernels_here;
}

const RowKernels& row_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return row_kernels_avx512();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return row_kernels_avx2();
#endif
  return row_kernels_anywhere();
}

}  // namespace wattention::reference
