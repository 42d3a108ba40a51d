#pragma once
// fp32 in the vector unit as its kernels write it: sums, products, comparisons.
// Source: Tenstorrent ISA documentation, WormholeB0 VectorUnit: SFPADD, SFPMUL, SFPSETCC, SFPMOV, SFPABS, SFPSETEXP,
// SFPSETSGN. How the compiler of the kernels (sfpi v6.9.0) spells `a < b` and `a - b` with them.
#include "backends/wormhole/numerics/sfpmad.h"

namespace wattention::wormhole::sfpu {

inline constexpr Word one = 0x3f800000u;
inline constexpr Word minus_one = 0xbf800000u;

/// Loading a constant is exact.
consteval Word constant(float value) {
  return std::bit_cast<Word>(value);
}
/// A constant that the kernel loads as bf16: the low half is cut.
consteval Word bf16_constant(float value) {
  return std::bit_cast<Word>(value) & 0xffff0000u;
}

template <class Rules = Silicon>
constexpr Word multiply(Word a, Word b) {
  return sfpmad<Rules>(a, b, 0);
}
template <class Rules = Silicon>
constexpr Word add(Word a, Word b) {
  return sfpmad<Rules>(one, a, b);
}
/// b is multiplied by -1 on its way.
template <class Rules = Silicon>
constexpr Word subtract(Word a, Word b) {
  return sfpmad<Rules>(minus_one, b, a);
}

constexpr Word negate(Word value) {
  return value ^ sign_mask;
}
/// A negative NaN stays negative.
constexpr Word absolute(Word value) {
  return is_negative(value) && is_nan(value) ? value : value & ~sign_mask;
}
constexpr Word with_exponent(Word value, int exponent) {
  return (value & ~(0xffu << 23)) | static_cast<Word>(exponent & 0xff) << 23;
}
constexpr Word with_sign_of(Word value, Word sign) {
  return (value & ~sign_mask) | (sign & sign_mask);
}

// Against 0 the sign and the bits decide, with no arithmetic: -0 lies below 0 and is not equal to it.
constexpr bool below_zero(Word value) {
  return is_negative(value);
}
constexpr bool above_zero(Word value) {
  return !is_negative(value) && value != 0;
}

// Against another bound the difference does: denormals count as 0, and a NaN lies where its sign says.
template <class Rules = Silicon>
constexpr bool below(Word value, Word bound) {
  return below_zero(subtract<Rules>(value, bound));
}
template <class Rules = Silicon>
constexpr bool above(Word value, Word bound) {
  return above_zero(subtract<Rules>(value, bound));
}
/// Never for an infinity: infinity less infinity is a NaN.
template <class Rules = Silicon>
constexpr bool equal(Word value, Word bound) {
  return subtract<Rules>(value, bound) == 0;
}

/// Horner's scheme, the leading coefficient first; each step is one SFPMAD.
template <class Rules = Silicon, class... Coefficients>
constexpr Word polynomial(Word x, Word leading, Coefficients... coefficients) {
  Word sum = leading;
  ((sum = sfpmad<Rules>(sum, x, coefficients)), ...);
  return sum;
}

}  // namespace wattention::wormhole::sfpu
