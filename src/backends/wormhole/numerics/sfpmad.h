#pragma once
// SFPMAD: the vector unit's x * y + z on fp32, fused in part: the product keeps three guard bits.
// Source: Tenstorrent ISA documentation, WormholeB0 VectorUnit, SFPMAD; a public functional simulator.
//
// A NaN that comes out has its lowest bit set; which others are, the documentation leaves open. Its sign and its bits
// here are the simulator's. Whoever stores it sees the sign alone, as the packer makes an infinity of it.
#include <algorithm>

#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rules.h"

namespace wattention::wormhole {

namespace sfpu {

/// magnitude >> count; the lowest kept bit also says whether ones were lost, unless nothing at all is left.
template <class Rules>
constexpr std::uint64_t shift_sticky(std::uint64_t magnitude, int count) {
  const std::uint64_t kept = count < 63 ? magnitude >> count : 0;
  if (kept == 0 || !Rules::sfpu_keeps_sticky_bit) return kept;
  return kept | (kept << count != magnitude ? 1u : 0u);
}

/// Rounds a sum with three guard bits (and its sticky bit) to 24 bits and composes it.
template <class Rules>
constexpr Word round_and_compose(bool negative, std::uint64_t magnitude, int exponent) {
  const int excess = bit_length(static_cast<Word>(magnitude)) - 27;
  exponent += excess;
  if (exponent >= infinite_exponent) return infinity(negative);
  if (exponent < 0) return 0;
  // The silicon's right shift keeps the lowest bit as the sticky one, and no other.
  const auto aligned =
      static_cast<Word>(excess > 0 ? magnitude >> excess | (magnitude & 1) : magnitude << -excess);
  const Word fraction = static_cast<Word>(drop_bits(aligned, 3, Rules::sfpu_rounding)) - 0x800000u;
  const Word result = (static_cast<Word>(exponent) << 23) + fraction;
  return result >> 23 == 0 ? 0 : signed_zero(negative) | result;
}

constexpr bool is_infinite(Word value) {
  return (value & ~sign_mask) == infinity(false);
}
constexpr bool is_nan(Word value) {
  return (value & ~sign_mask) > infinity(false);
}

/// x * y where it is no number: NaN, or infinity times zero (a denormal is one).
constexpr bool product_is_nan(Word x, Word y) {
  return is_nan(x) || is_nan(y) || (is_infinite(x) && mantissa_of(y) == 0) ||
         (is_infinite(y) && mantissa_of(x) == 0);
}

constexpr Word nan_of(bool negative) {
  return infinity(negative) | 1;
}

/// What leaves bits of the sum in a NaN.
constexpr Word leaked_into(Word nan, Word sum) {
  return exponent_of(sum) == infinite_exponent ? nan : nan | (sum & ~sign_mask);
}

}  // namespace sfpu

template <class Rules = Silicon>
constexpr Word sfpmad(Word x, Word y, Word z) {
  const bool product_negative = is_negative(x) != is_negative(y);
  const bool addend_negative = is_negative(z);
  const Word addend_or_zero = mantissa_of(z) == 0 ? 0 : z;
  int product_exponent = exponent_of(x) + exponent_of(y) - exponent_bias;
  Word nan = 0;
  const bool infinite_product = exponent_of(x) == infinite_exponent ||
                                exponent_of(y) == infinite_exponent ||
                                product_exponent >= infinite_exponent;
  if (infinite_product || exponent_of(z) == infinite_exponent) {
    const bool opposed =
        infinite_product && sfpu::is_infinite(z) && product_negative != addend_negative;
    if (sfpu::product_is_nan(x, y) || opposed)
      nan = sfpu::nan_of(product_negative);
    else if (sfpu::is_nan(z))
      nan = sfpu::nan_of(addend_negative);
    else
      return infinity(sfpu::is_infinite(z) ? addend_negative : product_negative);
    product_exponent = std::min(product_exponent, infinite_exponent);
  }

  std::uint64_t product = std::uint64_t{mantissa_of(x)} * mantissa_of(y);
  product = sfpu::shift_sticky<Rules>(product << 3, 23);
  if (product == 0 || product_exponent < 0)
    return nan == 0 ? addend_or_zero : sfpu::leaked_into(nan, addend_or_zero);
  std::uint64_t addend = std::uint64_t{mantissa_of(z)} << 3;

  const int exponent = std::max(product_exponent, exponent_of(z));
  product = sfpu::shift_sticky<Rules>(product, exponent - product_exponent);
  addend = sfpu::shift_sticky<Rules>(addend, exponent - exponent_of(z));
  const auto sum = (product_negative ? -1 : 1) * static_cast<std::int64_t>(product) +
                   (addend_negative ? -1 : 1) * static_cast<std::int64_t>(addend);
  if (sum == 0) return nan;
  const Word result = sfpu::round_and_compose<Rules>(
      sum < 0, static_cast<std::uint64_t>(sum < 0 ? -sum : sum), exponent);
  return nan == 0 ? result : sfpu::leaked_into(nan, result);
}

}  // namespace wattention::wormhole
