#pragma once
// Casts between dtypes in the vector unit: of an element as it lies in Dst (a bf16 in the upper half, an integer in the
// low bits) to what the packer writes. Integers of 32 bits lie there in two's complement as the host wrote them; loads
// and stores that convert to sign and magnitude undo each other.
// Source: tt-llk 7343d48f, ckernel_sfpu_typecast.h; Tenstorrent ISA documentation, WormholeB0 VectorUnit: SFPLOAD,
// SFPSTORE, SFPCAST, SFP_STOCH_RND. Casts to bf16 in a 32-bit Dst leave its low half open there; here it is 0.
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

inline constexpr Word two_to_31 = 0x4f000000u;

/// The two conversions between two's complement and sign and magnitude; -2^31 is no magnitude and loads as 0.
constexpr Word load_signed(Word value) {
  return is_negative(value) ? 0u - (value & ~sign_mask) : value;
}
constexpr Word store_signed(Word value) {
  return is_negative(value) ? sign_mask | ((0u - value) & ~sign_mask) : value;
}

/// SFPCAST of any sign and magnitude integer: to nearest, ties to even.
constexpr Word cast_to_float(Word value) {
  const Word magnitude = value & ~sign_mask;
  const int excess = bit_length(magnitude) - 24;
  if (excess <= 0) return int_to_float(value);
  const auto kept = static_cast<Word>(drop_bits(magnitude, excess, Rounding::half_even));
  return signed_zero(is_negative(value)) |
         ((static_cast<Word>(exponent_bias + 22 + excess) << 23) + kept);
}

/// An fp32 in the unit that becomes a bf16: a NaN the infinity of its sign.
constexpr Bits packed_from_unit(Word value) {
  return pack_bf16(store_to_bf16(round_to_upper_half(value)));
}

/// Below 0 is 0, beyond is 65535; to nearest, ties away.
constexpr Word float_to_uint16(Word value) {
  return is_negative(value) ? 0 : round_to_uint16(value);
}

/// Without the fraction; beyond is the bound, 2147483647 on either side of 0.
constexpr Word float_to_int32(Word value) {
  const int exponent = exponent_of(value) - exponent_bias;
  if (exponent < 0) return 0;
  Word magnitude = ~sign_mask;
  if (exponent <= 30)
    magnitude = exponent < 23 ? mantissa_of(value) >> (23 - exponent)
                              : mantissa_of(value) << (exponent - 23);
  return is_negative(value) ? 0u - magnitude : magnitude;
}

/// Without the fraction; at or below 0 is 0, beyond is 4294967295.
constexpr Word float_to_uint32(Word value) {
  const int exponent = exponent_of(value) - exponent_bias;
  if (is_negative(value) || exponent < 0) return 0;
  if (exponent > 31) return 0xffffffffu;
  return exponent < 23 ? mantissa_of(value) >> (23 - exponent)
                       : mantissa_of(value) << (exponent - 23);
}

constexpr Word bf16_to_f32(Word value) {
  return widen(pack_bf16(upper_half(value)));
}
constexpr Word f32_to_bf16(Word value) {
  return packed_from_unit(value);
}
constexpr Word uint16_to_f32(Word value) {
  return int_to_float(value);
}
constexpr Word uint16_to_bf16(Word value) {
  return packed_from_unit(int_to_float(value));
}
constexpr Word int32_to_f32(Word value) {
  return cast_to_float(load_signed(value));
}
constexpr Word int32_to_bf16(Word value) {
  return packed_from_unit(int32_to_f32(value));
}

/// The low 31 bits are cast; 2^31 is added where the highest is set: in f32 to what was rounded before.
constexpr Word uint32_to_f32(Word value) {
  const Word low = cast_to_float(value & ~sign_mask);
  return is_negative(value) ? sfpu::add(low, two_to_31) : low;
}
constexpr Word uint32_to_bf16(Word value) {
  const Word low = round_to_upper_half(cast_to_float(value & ~sign_mask));
  return pack_bf16(store_to_bf16(is_negative(value) ? sfpu::add(low, two_to_31) : low));
}

/// Where the release has no kernel for a pair of dtypes of one width, the bits pass.
constexpr Word same_bits(Word value) {
  return value;
}

}  // namespace wattention::wormhole::kernels
