#pragma once
// How release 0.81's kernels leave the vector unit for a bf16 Dst: rounded first, as the store would cut.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels::v0_81 {

constexpr Bits rounded(Word value) {
  return store_to_bf16(round_to_upper_half(value));
}

/// To nearest even, in integers; other kernels round so.
constexpr Word nearest_even(Word value) {
  return (value + 0x7fffu + (value >> 16 & 1u)) & 0xffff0000u;
}

/// 1.5 times 2^23: a sum with it has the rounded number in its lowest bits.
inline constexpr Word shifter = sfpu::constant(12582912.0f);

/// SFPSWAP's order decides.
constexpr Word smaller(Word a, Word b) {
  return ordered_below(a, b) ? a : b;
}
constexpr Word clamped(Word value, Word least, Word most) {
  return smaller(ordered_below(value, least) ? least : value, most);
}

}  // namespace wattention::wormhole::kernels::v0_81
