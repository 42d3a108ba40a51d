// layer_norm and rms_norm on AVX-512.
#include "backends/wormhole/exec/norm_kernel.h"
#include "backends/wormhole/exec/simd_avx512.h"

namespace wattention::wormhole {

const NormKernels& norm_kernels_avx512() {
  static constexpr NormKernels kernels{Avx512::lanes, norm_rows<Avx512>};
  return kernels;
}

}  // namespace wattention::wormhole
