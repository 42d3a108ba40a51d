// The matmul block and its packing on AVX2.
#include "backends/wormhole/exec/matmul_kernel.h"
#include "backends/wormhole/exec/pack_kernel.h"
#include "backends/wormhole/exec/simd_avx2.h"

namespace wattention::wormhole {

const MatmulKernels& matmul_kernels_avx2() {
  using Pack = PackKernelOf<Avx2>;
  static constexpr MatmulKernels kernels = {matmul_block_of<Avx2>, Pack::extent, Pack::activations,
                                            Pack::panel};
  return kernels;
}

}  // namespace wattention::wormhole
