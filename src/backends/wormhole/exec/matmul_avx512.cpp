// The matmul block and its packing on AVX-512.
#include "backends/wormhole/exec/matmul_kernel.h"
#include "backends/wormhole/exec/pack_kernel.h"
#include "backends/wormhole/exec/simd_avx512.h"

namespace wattention::wormhole {

const MatmulKernels& matmul_kernels_avx512() {
  using Pack = PackKernelOf<Avx512>;
  static constexpr MatmulKernels kernels = {matmul_block_of<Avx512>, Pack::extent,
                                            Pack::activations, Pack::panel};
  return kernels;
}

}  // namespace wattention::wormhole
