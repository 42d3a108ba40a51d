#pragma once
// Reductions of fp32: the source registers take tf32, Dst is fp32, and so is what leaves it.
#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

/// One program along the height or the width of matrices.
struct Reduction {
  bool largest;      ///< else a sum
  bool along_width;  ///< else along the height
  Bits scaler;       ///< of a sum: a bf16
  Fidelity fidelity;
};

/// Of `matrices` one below the other. Results lie in the first column or row of tiles, zeros elsewhere.
void reduce_words(const Reduction& reduction, WideMatrixView image, std::int64_t matrices,
                  Word* out, HostOptions host);

}  // namespace wattention::wormhole
