#pragma once
// relu on the vector unit: what compares below zero becomes zero, the rest goes through the packer.
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels {

/// A NaN compares below nothing, whatever its sign: it leaves the packer as an infinity. Source: TT-LLK of that time,
/// ckernel_sfpu_relu.h; the real library of release 0.81 gives these bits for all 65,536 patterns.
constexpr Bits relu(Bits value) {
  const bool is_nan = (value & 0x7fffu) > 0x7f80u;
  if (is_nan) return 0x7f80;
  return is_negative(value) || exponent_of(value) == 0 ? Bits{0} : value;
}

}  // namespace wattention::wormhole::kernels
