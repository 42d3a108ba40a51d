#pragma once
// Softmax over lines along any dimension, as the release's second family of kernels computes it.
#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

struct LineNumerics {
  Fidelity fidelity = Fidelity::hifi4;
  bool approximate = true;  ///< the reciprocal
};

/// Each row of `lines`, of whole tiles, over its first `logical` elements; the others become 0. `out` may be the input.
void softmax_lines(MatrixView lines, std::int64_t logical, const LineNumerics& numerics, Bits* out,
                   HostOptions host);

/// Element by element across `matrices` of `count` elements each, one after the other.
void softmax_across(const Bits* input, std::int64_t matrices, std::int64_t count,
                    const LineNumerics& numerics, Bits* out, HostOptions host);

}  // namespace wattention::wormhole
