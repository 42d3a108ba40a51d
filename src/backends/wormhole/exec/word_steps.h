#pragma once
// The steps of kernels on words that an ISA has.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/kernels/word_steps.h"

namespace wattention::wormhole {

const kernels::WordSteps& word_steps_avx512();
const kernels::WordSteps& word_steps_avx2();

inline const kernels::WordSteps& word_steps(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return word_steps_avx512();
  if (isa == Isa::avx2) return word_steps_avx2();
#endif
  return kernels::one_row();
}

}  // namespace wattention::wormhole
