#pragma once
// How values become integers in the vector unit, are compared there, and leave it.
// Source: Tenstorrent ISA documentation, WormholeB0 VectorUnit: SFP_STOCH_RND, SFPCAST, SFPSWAP, SFPSTORE; a public
// functional simulator.
#include <algorithm>
#include <type_traits>

#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rules.h"

namespace wattention::wormhole {

/// |value| as an unsigned 16-bit integer, saturating (SFP_STOCH_RND).
template <class Rules = Silicon>
constexpr Word round_to_uint16(Word value) {
  const int unbiased = exponent_of(value) - exponent_bias;
  if (unbiased < -1) return 0;
  if (unbiased >= 16) return 0xffff;
  const std::uint64_t fixed = std::uint64_t{mantissa_of(value)} << (unbiased + 1);
  const std::uint64_t rounded = drop_bits(fixed, 24, Rules::conversion_rounding);
  return rounded > 0xffff ? 0xffff : static_cast<Word>(rounded);
}

/// A sign and magnitude integer from -32767 to 32767, saturating, ties away from zero (SFP_STOCH_RND).
template <class Rules = Silicon>
constexpr Word round_to_int16(Word value) {
  const Word magnitude = std::min(round_to_uint16<Rules>(value), Word{32767});
  return magnitude == 0 ? 0 : (value & sign_mask) | magnitude;
}

/// SFPCAST of a sign and magnitude integer of at most 24 bits: exact. -0 stays.
constexpr Word int_to_float(Word value) {
  const Word magnitude = value & ~sign_mask;
  if (magnitude == 0) return value;
  const int length = bit_length(magnitude);
  return compose(is_negative(value), exponent_bias - 1 + length,
                 magnitude << (24 - length) & 0x7fffffu);
}

/// fp32 to bf16 within the unit (SFP_STOCH_RND); denormals become 0, NaNs infinities.
template <class Rules = Silicon>
constexpr Word round_to_upper_half(Word value) {
  if (exponent_of(value) == 0) return value & sign_mask;
  if (exponent_of(value) == infinite_exponent) return value & 0xff800000u;
  const auto kept =
      static_cast<Word>(drop_bits(value & ~sign_mask, 16, Rules::conversion_rounding));
  return (value & sign_mask) | kept << 16;
}

/// SFPSWAP's maximum with a negative bound, in sign-and-magnitude order: a negative NaN is below it.
constexpr Word clamp_from_below(Word value, Word bound) {
  return is_negative(value) && value > bound ? bound : value;
}

/// SFPSWAP with any bound: the order of signs and magnitudes, -NaN < -infinity < ... < infinity < NaN.
constexpr bool ordered_below(Word a, Word b) {
  if (is_negative(a) != is_negative(b)) return is_negative(a);
  return is_negative(a) ? a > b : a < b;
}

/// SFPSTORE to a bf16 Dst: the low bits are cut, denormals become 0.
template <class Rules = Silicon>
constexpr Bits store_to_bf16(Word value) {
  if (exponent_of(value) == 0) return is_negative(value) ? Bits{0x8000} : Bits{0};
  const auto magnitude =
      static_cast<Word>(drop_bits(value & ~sign_mask, 16, Rules::store_rounding));
  return static_cast<Bits>(value >> 16 & 0x8000u) | static_cast<Bits>(magnitude);
}

/// What an element of Dst is: 16 or 32 bits of it.
template <class Type>
concept Register = std::is_same_v<Type, Bits> || std::is_same_v<Type, Word>;

/// SFPLOAD from either Dst.
constexpr Word load(Bits value) {
  return widen(value);
}
constexpr Word load(Word value) {
  return value;
}

/// SFPSTORE to either Dst; 32 bits stay as they are.
template <Register Dst, class Rules = Silicon>
constexpr Dst store(Word value) {
  if constexpr (std::is_same_v<Dst, Word>)
    return value;
  else
    return store_to_bf16<Rules>(value);
}

}  // namespace wattention::wormhole
