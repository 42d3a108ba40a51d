// The matmul block on AVX-512.
#include "backends/wormhole/exec/matmul_kernel.h"
#include "backends/wormhole/exec/simd_avx512.h"

namespace wattention::wormhole {

void matmul_block_avx512(const MatmulBlock& block) {
  matmul_block_of<Avx512>(block);
}

}  // namespace wattention::wormhole
