// The sum's block on AVX-512.
#include "backends/wormhole/exec/simd_avx512.h"
#include "backends/wormhole/exec/sum_kernel.h"

namespace wattention::wormhole {

bool sum_block_avx512(const SumBlock& block) {
  return sum_block_of<Avx512>(block);
}

}  // namespace wattention::wormhole
