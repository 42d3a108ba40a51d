// layer_norm and rms_norm on AVX2.
#include "backends/wormhole/exec/norm_kernel.h"
#include "backends/wormhole/exec/simd_avx2.h"

namespace wattention::wormhole {

const NormKernels& norm_kernels_avx2() {
  static constexpr NormKernels kernels{Avx2::lanes, norm_rows<Avx2>};
  return kernels;
}

}  // namespace wattention::wormhole
