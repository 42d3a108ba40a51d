// The elementwise kernels on AVX2.
#include "backends/wormhole/exec/elementwise_kernel.h"
#include "backends/wormhole/exec/simd_avx2.h"

namespace wattention::wormhole {

const ElementwiseKernels& elementwise_kernels_avx2() {
  static constexpr ElementwiseKernels kernels = ElementwiseOf<Avx2>::kernels();
  return kernels;
}

}  // namespace wattention::wormhole
