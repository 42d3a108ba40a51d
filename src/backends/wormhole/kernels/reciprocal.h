#pragma once
// 1/x: a straight line over the mantissa, then Newton's iteration.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_recip.h.
#include "backends/wormhole/numerics/sfpmad.h"
#include "backends/wormhole/numerics/sfpu.h"

namespace wattention::wormhole::kernels {

struct Reciprocal : Silicon {
  static constexpr int approximate_newton_steps = 1;
  static constexpr int accurate_newton_steps = 2;
};

namespace reciprocal {

inline constexpr Word one_over_ln_2 =
    0x3fb8aa3bu;  // 1.442695, at hand in a register: the slope and the scale
inline constexpr Word two = 0x40000000u;
inline constexpr Word minus_half = 0xbf000000u;

/// 1/x for the mantissa alone: x is a negative value in [-1, -0.5), the result in (1, 2].
template <class Rules>
constexpr Word of_mantissa(Word negated, int newton_steps) {
  const auto step = [&](Word factor) { return sfpmad<Rules>(negated, factor, two); };
  Word result = sfpmad<Rules>(one_over_ln_2, step(one_over_ln_2), 0);
  for (int i = 0; i < newton_steps; ++i) result = sfpmad<Rules>(result, step(result), 0);
  return result;
}

/// As fp32. A denormal's mantissa counts as any other.
template <class Rules>
constexpr Word of(Word value, int newton_steps) {
  const Word negated = minus_half | (value & 0x7fffffu);
  const Word mantissa = of_mantissa<Rules>(negated, newton_steps);
  const int exponent = exponent_of(mantissa) - exponent_of(value) + 126;
  if (exponent < 0) return 0;
  return compose(is_negative(value), exponent & 0xff, mantissa & 0x7fffffu);
}

}  // namespace reciprocal

/// Of bf16: 0 counts as 2^-127 and gives 0x7efe; infinity and NaN patterns count as 2^128 and give 0.
template <class Rules = Reciprocal, Register Dst = Bits>
constexpr Dst reciprocal_approx(Dst value) {
  return store<Dst, Rules>(reciprocal::of<Rules>(load(value), Rules::approximate_newton_steps));
}

/// One step more, and for a bf16 Dst rounded. There 0 gives 0x7f00.
template <class Rules = Reciprocal, Register Dst = Bits>
constexpr Dst reciprocal_accurate(Dst value) {
  const Word result = reciprocal::of<Rules>(load(value), Rules::accurate_newton_steps);
  if constexpr (std::is_same_v<Dst, Word>)
    return result;
  else
    return store<Dst, Rules>(round_to_upper_half<Rules>(result));
}

}  // namespace wattention::wormhole::kernels
