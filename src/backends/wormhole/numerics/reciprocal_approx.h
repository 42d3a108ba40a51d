#pragma once
// 1/x of release 0.57 in approximate mode: a straight line over the mantissa, then Newton's iteration.
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/sfpmad.h"

namespace wattention::wormhole {

namespace sfpu {
inline constexpr Word one_over_ln_2 =
    0x3fb8aa3bu;  // 1.442695, at hand in a register: the slope and the scale
inline constexpr Word two = 0x40000000u;
inline constexpr Word minus_half = 0xbf000000u;
}  // namespace sfpu

/// 1/x for the mantissa alone: x is a negative value in [-1, -0.5), the result in (1, 2].
template <class Rules = Silicon>
constexpr Word reciprocal_of_mantissa(Word negated) {
  const auto step = [&](Word factor) { return sfpmad<Rules>(negated, factor, sfpu::two); };
  Word result = sfpmad<Rules>(sfpu::one_over_ln_2, step(sfpu::one_over_ln_2), 0);
  for (int i = 0; i < Rules::reciprocal_newton_steps; ++i)
    result = sfpmad<Rules>(result, step(result), 0);
  return result;
}

/// 0 counts as 2^-127 and gives 0x7efe; infinity and NaN patterns count as 2^128 and give 0.
template <class Rules = Silicon>
constexpr Bits reciprocal_approx(Bits value) {
  const Word negated = sfpu::minus_half | (widen(value) & 0x7fffffu);
  const Word mantissa = reciprocal_of_mantissa<Rules>(negated);
  const int exponent = exponent_of(mantissa) - exponent_of(value) + 126;
  if (exponent < 0) return 0;
  return store_to_bf16<Rules>(compose(is_negative(value), exponent & 0xff, mantissa & 0x7fffffu));
}

}  // namespace wattention::wormhole
