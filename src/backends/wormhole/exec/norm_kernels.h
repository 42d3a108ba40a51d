#pragma once
// The vector kernels of layer_norm and rms_norm: as many rows at once as there are lanes. No threads.
#include <cstdint>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

/// Rows of `cols` columns one below the other; weight and bias are one row each. Null where they are left out.
struct NormRows {
  const Bits *input, *weight, *bias, *residual;
  Bits* out;
  std::int64_t cols;  ///< of whole tiles
  NormNumerics numerics;
};

struct NormKernels {
  std::int64_t lanes;
  /// Rows [first, first + lanes). `columns` is scratch for cols x lanes.
  void (*rows)(const NormRows& task, std::int64_t first, Bits* columns);
};

const NormKernels& norm_kernels_avx512();
const NormKernels& norm_kernels_avx2();

}  // namespace wattention::wormhole
