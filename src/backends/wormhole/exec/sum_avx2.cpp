// The sum's block on AVX2.
#include "backends/wormhole/exec/simd_avx2.h"
#include "backends/wormhole/exec/sum_kernel.h"

namespace wattention::wormhole {

bool sum_block_avx2(const SumBlock& block) {
  return sum_block_of<Avx2>(block);
}

}  // namespace wattention::wormhole
