#pragma once
// x to the power of a whole number: squares of x, and their product where the exponent's bits say so, all in fp32.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_power_iterative.h. The
// release sends a number that is no whole one through log and exp instead: eltwise/binary/device/
// binary_composite_op.cpp, ExecutePower.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// To the power of 0 everything is 1.
template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst power(Dst value, Word exponent) {
  Word result = sfpu::one;
  for (Word squared = load(value); exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = sfpu::multiply<Rules>(result, squared);
    squared = sfpu::multiply<Rules>(squared, squared);
  }
  return store<Dst, Rules>(result);
}

}  // namespace wattention::wormhole::kernels
