#pragma once
// exp(x) - 1 and elu: x is k ln 2 and a rest, whose exp(r) - 1 is a polynomial.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_expm1.h, ckernel_sfpu_elu.h;
// tt_metal/tt-llk/tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_expm1_cw.h.
#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace expm1_of {

/// k, as the bits of the shifted number and as a number.
struct Whole {
  Word bits, number;
};
constexpr Whole rounded_quotient(Word x, Word one_over_divisor) {
  const Word bits = sfpmad(x, one_over_divisor, shifter);
  return {bits, sfpu::add(bits, sfpu::negate(shifter))};
}

/// From 125 ln 2 on either side what comes is an infinity or -1. k less 2 decides, as a byte.
constexpr bool is_in_tail(Word k_less_2) {
  constexpr Word largest = 127;
  return !(sfpu::below_zero(k_less_2) && sfpu::is_nan(k_less_2)) &&
         round_to_uint16(k_less_2) >= largest;
}

/// 2^k (r + 1) - 1, halved on the way.
constexpr Word scaled_back(const Whole& k, Word r) {
  constexpr Word half = sfpu::constant(0.5f);
  const Word k_less_2 = sfpu::add(k.number, sfpu::constant(-2.0f));
  const Word scale = (k.bits << 23) + half;
  Word result = sfpmad(scale, r, sfpu::add(scale, sfpu::negate(half)));
  if (is_in_tail(k_less_2))
    result =
        sfpu::below_zero(k_less_2) ? sfpu::negate(half) : sfpu::multiply(k_less_2, infinity(false));
  return sfpu::multiply(result, sfpu::constant(2.0f));
}

/// By two parts of ln 2, for x from -87 up.
constexpr Word clamped_below(Word x) {
  constexpr Word least = sfpu::constant(-87.0f);
  const Word from = ordered_below(x, least) ? least : x;
  const Whole k = rounded_quotient(from, sfpu::constant(1.44269504f));
  Word r = sfpmad(k.number, sfpu::constant(-0.693115234375f), from);
  r = sfpmad(k.number, sfpu::constant(-3.19461832987e-05f), r);
  const Word slope = sfpu::polynomial(
      r, sfpu::constant(8.3751315251e-03f), sfpu::constant(4.1875664145e-02f),
      sfpu::constant(1.6666433215e-01f), sfpu::constant(4.9999371171e-01f), sfpu::one);
  const Word rest = sfpu::multiply(r, slope);
  const Word power =
      sfpu::with_exponent(sfpu::one, static_cast<int>(k.bits - shifter + exponent_bias));  // 2^k
  return sfpmad(power, rest, sfpu::add(power, sfpu::minus_one));
}

}  // namespace expm1_of

constexpr Bits expm1(Bits value) {
  const Word x = widen(value);
  const expm1_of::Whole k = expm1_of::rounded_quotient(x, sfpu::constant(1.442695f));
  const Word f = sfpmad(k.number, sfpu::constant(-0.693147181f), x);
  const Word series =
      sfpu::polynomial(f, sfpu::constant(8.361816406e-03f), sfpu::constant(4.177856445e-02f),
                       sfpu::constant(1.666259766e-01f), sfpu::constant(0.5f));
  const Word r = sfpmad(series, sfpu::multiply(f, f), f);
  return rounded(k.number == 0 ? r : expm1_of::scaled_back(k, r));
}

constexpr Bits elu(Bits value, Word alpha) {
  const Word x = widen(value);
  return rounded(sfpu::below_zero(x) ? sfpu::multiply(alpha, expm1_of::clamped_below(x)) : x);
}

}  // namespace wattention::wormhole::kernels::v0_81
