#pragma once
// The elementwise kernels of an ISA.
#include "backends/wormhole/exec/elementwise_kernels.h"
#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

/// nullptr for `scalar`: the oracle computes.
inline const ElementwiseKernels* elementwise_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return &elementwise_kernels_avx512();
  if (isa == Isa::avx2) return &elementwise_kernels_avx2();
#endif
  return nullptr;
}

}  // namespace wattention::wormhole
