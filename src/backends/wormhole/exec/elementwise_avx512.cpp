// The elementwise kernels on AVX-512.
#include "backends/wormhole/exec/elementwise_kernel.h"
#include "backends/wormhole/exec/simd_avx512.h"

namespace wattention::wormhole {

const ElementwiseKernels& elementwise_kernels_avx512() {
  static constexpr ElementwiseKernels kernels = ElementwiseOf<Avx512>::kernels();
  return kernels;
}

}  // namespace wattention::wormhole
