// The matmul block on AVX2.
#include "backends/wormhole/exec/matmul_kernel.h"
#include "backends/wormhole/exec/simd_avx2.h"

namespace wattention::wormhole {

void matmul_block_avx2(const MatmulBlock& block) {
  matmul_block_of<Avx2>(block);
}

}  // namespace wattention::wormhole
