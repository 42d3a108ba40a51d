// Kernels on words on AVX-512.
#include "backends/wormhole/exec/simd_avx512.h"
#include "backends/wormhole/exec/word_steps.h"
#include "backends/wormhole/exec/word_steps_kernel.h"

namespace wattention::wormhole {

const kernels::WordSteps& word_steps_avx512() {
  static constexpr kernels::WordSteps steps = WordStepsOf<Avx512>::steps();
  return steps;
}

}  // namespace wattention::wormhole
