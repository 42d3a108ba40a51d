#pragma once
// What a reduction's steps are, and what they share.
#include <optional>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/spec/release.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// What all steps of a reduction share.
struct ReducePlan {
  bool largest = false;         ///< else a sum
  float scaler = 1;             ///< of a sum
  bool matrices_first = false;  ///< those of a batch are added before a matrix is reduced
  bool least = false;           ///< instead of the largest
  bool scales_first = false;    ///< of several programs the first takes the scaler; else each
  bool fp32_between = false;    ///< all programs but the last leave fp32
};

/// One program along the height or the width of the matrices.
struct ReduceStep {
  bool largest;      ///< else a sum
  bool along_width;  ///< else along the height
  float scaler = 1;  ///< of a sum
  bool least = false;
  std::optional<DType> out = std::nullopt;  ///< empty: the input's
};

// The release asks for these where the caller does not.
inline SumNumerics reduce_numerics(const OpCall& call, const Release& release) {
  return {call.attributes.fidelity.value_or(release.reduce_fidelity),
          call.attributes.fp32_accumulate.value_or(true)};
}

}  // namespace wattention::wormhole
