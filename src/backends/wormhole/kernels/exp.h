#pragma once
// e to the power of x, in three ways.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_exp.h; tt-metal v0.57.0-rc71,
// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_exp.h, ckernel_sfpu_exp2.h,
// ckernel_sfpu_expm1.h, ckernel_sfpu_elu.h.
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

struct Exp : Silicon {
  static constexpr Word exp_scale = 0x43b8aa3bu;   // 369.329926 = 2^8 / ln 2
  static constexpr Word exp_offset = 0x46fde9a3u;  // 32500.818
  static constexpr Word exp_clamp = 0xc2b10000u;   // -88.5
};

/// The fast approximate mode is Schraudolph's trick: x * 2^8 / ln 2 plus an offset, as an integer, is already the upper
/// half of the result's fp32 pattern, one bit finer than bf16.
template <class Rules = Exp, Register Dst = Bits>
constexpr Dst exp_approx(Dst value) {
  const Word clamped = clamp_from_below(load(value), Rules::exp_clamp);
  const Word scaled = sfpmad<Rules>(clamped, Rules::exp_scale, Rules::exp_offset);
  return store<Dst, Rules>(round_to_uint16<Rules>(scaled) << 15);
}

namespace exp_of {

inline constexpr Word quadratic = 0x3f56594bu;  // 0.8373, a register of the unit
// 0.863281, but cut to bf16: 0.859375.
inline constexpr Word linear = sfpu::bf16_constant(0.863281f);
inline constexpr int most_squarings = 8;

/// The default mode for x >= 0: a parabola below 1, and its square as often as the exponent says.
template <class Rules>
constexpr Word of_magnitude(Word x) {
  const int exponent = exponent_of(x) - exponent_bias;
  const Word below_one = exponent >= 0 ? sfpu::with_exponent(x, exponent_bias - 1) : x;
  const Word slope = sfpmad<Rules>(below_one, quadratic, linear);
  Word result = sfpmad<Rules>(below_one, slope, sfpu::one);
  for (int i = 0; i < std::min(exponent + 1, most_squarings); ++i)
    result = sfpu::multiply<Rules>(result, result);
  return result;
}

/// Negative x by the reciprocal; so -0 is, too, and every negative NaN.
template <class Rules>
constexpr Word accurate(Word x) {
  const Word result = of_magnitude<Rules>(x & ~sign_mask);
  return sfpu::below_zero(x) ? kernels::reciprocal::of<Rules>(result, 2) : result;
}

/// What exp2 and expm1 take: Schraudolph's trick without a rounding, from -42 to 89. From 64 ln 2 = 44.4 on the shifted
/// number passes 256, where bits weigh twice as much: results fall behind.
template <class Rules>
constexpr Word coarse(Word x) {
  constexpr Word log2_e = sfpu::constant(1.442695f);
  constexpr Word shifter = 0x43400000u;  // 192: puts the integer where bits are counted
  constexpr Word rebias = 0xbd3f0000u;   // takes 192's pattern away, and adds the bias
  if (!sfpu::below<Rules>(x, sfpu::constant(89))) return infinity(false);
  if (sfpu::below<Rules>(x, sfpu::constant(-42))) return 0;
  return (sfpmad<Rules>(x, log2_e, shifter) + rebias) << 7;
}

}  // namespace exp_of

template <class Rules = Exp, Register Dst = Bits>
constexpr Dst exp_accurate(Dst value) {
  return store<Dst, Rules>(exp_of::accurate<Rules>(load(value)));
}

template <class Rules = Exp, Register Dst = Bits>
constexpr Dst exp2(Dst value) {
  const Word x = sfpu::multiply<Rules>(load(value), sfpu::constant(0.6931471805f));
  return store<Dst, Rules>(exp_of::coarse<Rules>(x));
}

template <class Rules = Exp, Register Dst = Bits>
constexpr Dst expm1(Dst value) {
  return store<Dst, Rules>(sfpu::add<Rules>(exp_of::coarse<Rules>(load(value)), sfpu::minus_one));
}

template <class Rules = Exp, Register Dst = Bits>
constexpr Dst elu(Dst value, Word alpha) {
  const Word x = load(value);
  if (!sfpu::below_zero(x)) return store<Dst, Rules>(x);
  const Word below_zero = sfpu::add<Rules>(exp_of::accurate<Rules>(x), sfpu::minus_one);
  return store<Dst, Rules>(sfpu::multiply<Rules>(alpha, below_zero));
}

}  // namespace wattention::wormhole::kernels
