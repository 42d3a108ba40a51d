#pragma once
// The packer's adder in front of L1: one rounding of the exact sum, to nearest even, unlike the matrix unit's.
#include <algorithm>

#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rounding.h"

namespace wattention::wormhole {

namespace l1 {

/// Significant bits of a sum in flight: 24 of an operand above, the rest guards with a sticky lowest bit.
inline constexpr int guard_bits = 32;

constexpr std::int64_t aligned(Word value, int exponent) {
  const std::uint64_t wide = std::uint64_t{mantissa_of(value)} << guard_bits;
  const int distance = std::min(exponent - exponent_of(value), 62);
  const std::uint64_t kept = wide >> distance;
  const std::uint64_t magnitude = kept | (kept << distance != wide ? 1u : 0u);
  return is_negative(value) ? -static_cast<std::int64_t>(magnitude)
                            : static_cast<std::int64_t>(magnitude);
}

}  // namespace l1

/// x + y for finite fp32 patterns, rounded to `significant_bits` (8 or 24). Denormals in and out are zeros;
/// an underflow keeps its sign.
template <class Rules>
constexpr Word add_finite(Word x, Word y, int significant_bits) {
  const int exponent = std::max(exponent_of(x), exponent_of(y));
  const std::int64_t sum = l1::aligned(x, exponent) + l1::aligned(y, exponent);
  if (sum == 0) return x & y & sign_mask;
  const bool negative = sum < 0;
  const auto magnitude = static_cast<std::uint64_t>(negative ? -sum : sum);
  const int length = 64 - std::countl_zero(magnitude);
  const int result_exponent = exponent + length - (24 + l1::guard_bits);
  if (result_exponent <= 0) return signed_zero(negative);
  const int drop = length - significant_bits;
  const std::uint64_t kept =
      drop > 0 ? drop_bits(magnitude, drop, Rules::l1_rounding) : magnitude << -drop;
  const auto fraction = static_cast<Word>(kept << (24 - significant_bits)) - 0x800000u;
  const Word pattern =
      (static_cast<Word>(result_exponent) << 23) + fraction;  // a carry runs into the exponent
  return pattern >= 0x7f800000u ? infinity(negative) : signed_zero(negative) | pattern;
}

}  // namespace wattention::wormhole
