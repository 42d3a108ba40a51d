#pragma once
// Square roots and squares. The root's first estimate is half the pattern away from a constant; two cubic steps follow.
// Z. Kokosinski et al., "Fast and accurate approximation algorithms for computing floating point square root", 2024.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_sqrt.h, ckernel_sfpu_square.h.
#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace root_of {

inline constexpr Word not_a_root = 0x7fc00000u;  // of what is below 0; packed as an infinity

constexpr bool is_zero(Word x) {
  return x << 1 == 0;
}

/// 1 / sqrt(x) by the first step, x times that, and what is left to 1 of x y^2.
struct Estimate {
  Word y, xy, rest;
};
constexpr Estimate estimate(Word x) {
  const Word start = 0x5f1110a0u - (x >> 1);
  const Word c = sfpu::multiply(sfpu::negate(start), sfpu::multiply(x, start));
  const Word factor =
      sfpmad(c, sfpu::add(sfpu::constant(2.2533049f), c), sfpu::constant(2.2825186f));
  const Word y = sfpu::multiply(start, factor), xy = sfpu::multiply(x, y);
  return {y, xy, sfpmad(sfpu::negate(y), xy, sfpu::one)};
}

constexpr Word square_root(Word x) {
  if (is_zero(x)) return x;
  if (sfpu::below_zero(x)) return not_a_root;
  const Estimate by = estimate(x);
  if (x >= infinity(false)) return by.xy;
  return sfpmad(by.rest, sfpu::multiply(sfpu::constant(0.5f), by.xy), by.xy);
}

/// The fast mode asks nobody's sign.
constexpr Word inverse(Word x, bool fast) {
  const Word to_infinity =
      infinity(false) - x;  // an infinity of x's sign for a zero, 0 for infinity
  if (to_infinity == 0 || is_zero(x)) return to_infinity;
  if (!fast && sfpu::below_zero(x)) return not_a_root;
  const Estimate by = estimate(x);
  const Word half = sfpu::with_exponent(by.y, exponent_of(by.y) - 1);
  return sfpmad(by.rest, half, by.y);
}

}  // namespace root_of

constexpr Bits sqrt(Bits value) {
  return rounded(root_of::square_root(widen(value)));
}
/// It asks nobody's sign, and of a zero gives what the steps do.
constexpr Bits sqrt_fast(Bits value) {
  const Word x = widen(value);
  const root_of::Estimate by = root_of::estimate(x);
  // Compared as integers, of which the difference wraps.
  const bool ends = static_cast<std::int32_t>(x - infinity(false)) >= 0;
  return rounded(ends ? by.y : sfpmad(by.rest, sfpu::multiply(sfpu::constant(0.5f), by.xy), by.xy));
}
constexpr Bits rsqrt(Bits value) {
  return rounded(root_of::inverse(widen(value), false));
}
constexpr Bits rsqrt_fast(Bits value) {
  return rounded(root_of::inverse(widen(value), true));
}

constexpr Bits square(Bits value) {
  return store_to_bf16(nearest_even(sfpu::multiply(widen(value), widen(value))));
}

}  // namespace wattention::wormhole::kernels::v0_81
