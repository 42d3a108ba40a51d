#pragma once
// A number beside a tensor: what the matrix unit gets of it.
#include <bit>

#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole::kernels {

/// tt-metal v0.57.0-rc71, tt_metal/api/tt-metalium/bfloat16.hpp: the class drops the low half, so that 0.1 becomes
/// 0x3dcc and not 0x3dcd.
inline Bits number_operand(float number, const Release& release) {
  const auto pattern = std::bit_cast<Word>(number);
  const Rounding rounding = release.scalar_conversion == ScalarConversion::truncate
                                ? Rounding::truncate
                                : Rounding::half_even;
  return static_cast<Bits>(drop_bits(pattern, 16, rounding));
}

/// What a tensor is multiplied by when it is divided by a number.
inline Bits divisor_operand(float number, const Release& release) {
  if (release.divide_by_number == DivideByNumber::f32_reciprocal)
    return number_operand(1.0f / number, release);
  return pack_bf16(reciprocal_accurate(number_operand(number, release)));
}

}  // namespace wattention::wormhole::kernels
