// Kernels on words on AVX2.
#include "backends/wormhole/exec/simd_avx2.h"
#include "backends/wormhole/exec/word_steps.h"
#include "backends/wormhole/exec/word_steps_kernel.h"

namespace wattention::wormhole {

const kernels::WordSteps& word_steps_avx2() {
  static constexpr kernels::WordSteps steps = WordStepsOf<Avx2>::steps();
  return steps;
}

}  // namespace wattention::wormhole
