#pragma once
// What a reduction's steps are, and what they share.
#include "backends/wormhole/kernels/op_numerics.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// What all steps of a reduction share.
struct ReducePlan {
  bool largest;         ///< else a sum
  float scaler;         ///< of a sum
  bool matrices_first;  ///< those of a batch are added before a matrix is reduced
};

/// One program along the height or the width of the matrices.
struct ReduceStep {
  bool largest;      ///< else a sum
  bool along_width;  ///< else along the height
  float scaler = 1;  ///< of a sum
};

// The release asks for these where the caller does not.
inline SumNumerics reduce_numerics(const OpCall& call) {
  return {call.attributes.fidelity.value_or(Fidelity::hifi4),
          call.attributes.fp32_accumulate.value_or(true)};
}

}  // namespace wattention::wormhole
