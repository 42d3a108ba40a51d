#pragma once
// Sine, cosine and tangent: multiples of pi or pi / 2 are taken off in four parts; then an odd polynomial.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_trigonometry.h.
#include "backends/wormhole/kernels/0_81/reciprocal.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace angle {

inline constexpr Word one_over_pi = sfpu::constant(0.318309886f);

/// Minus pi, or half of it, in four parts.
struct MinusPi {
  Word parts[4];
};
inline constexpr MinusPi minus_pi = {sfpu::constant(-0x1.92p+1f), sfpu::constant(-0x1.fbp-11f),
                                     sfpu::constant(-0x1.51p-21f),
                                     sfpu::constant(-0x1.0b4612p-33f)};
inline constexpr MinusPi minus_half_pi = {sfpu::constant(-0x1.92p+0f), sfpu::constant(-0x1.fbp-12f),
                                          sfpu::constant(-0x1.51p-22f),
                                          sfpu::constant(-0x1.0b4612p-34f)};

constexpr Word reduced(Word x, Word multiples, const MinusPi& by) {
  for (const Word part : by.parts) x = sfpmad(multiples, part, x);
  return x;
}

/// Of an angle up to pi / 2; the sign turns with the lowest bit of the half turns.
constexpr Word sine_of(Word a, Word half_turns) {
  const Word s = sfpu::multiply(a, a), turned = a ^ (half_turns << 31);
  const Word series =
      sfpu::polynomial(s, sfpu::constant(-0x1.8b10a4p-13f), sfpu::constant(0x1.10c2a2p-7f),
                       sfpu::constant(-0x1.5554a4p-3f));
  return sfpmad(series, sfpu::multiply(turned, s), turned);
}

}  // namespace angle

constexpr Bits sin(Bits value) {
  const Word x = widen(value), turns = sfpmad(x, angle::one_over_pi, shifter);
  const Word whole = sfpu::add(turns, sfpu::negate(shifter));
  return rounded(angle::sine_of(angle::reduced(x, whole, angle::minus_pi), turns));
}

constexpr Bits cos(Bits value) {
  const Word x = widen(value);
  const Word turns = sfpu::add(sfpmad(x, angle::one_over_pi, sfpu::constant(0.5f)), shifter);
  const Word whole = sfpu::add(turns, sfpu::negate(shifter));
  const Word odd = sfpmad(whole, sfpu::constant(2.0f), sfpu::minus_one);
  return rounded(angle::sine_of(angle::reduced(x, odd, angle::minus_half_pi), turns));
}

/// Of odd quarter turns the cotangent, with the other sign: -1 / r by one Newton step.
constexpr Bits tan(Bits value) {
  const Word x = widen(value), turns = sfpmad(x, sfpu::constant(0.636619747f), shifter);
  const Word whole = sfpu::add(turns, sfpu::negate(shifter));
  const Word a = angle::reduced(x, whole, angle::minus_half_pi), s = sfpu::multiply(a, a);
  const Word series =
      sfpu::polynomial(s, sfpu::constant(0x1.4f1f4ep-4f), sfpu::constant(0x1.02b98p-3f),
                       sfpu::constant(0x1.55953p-2f));
  const Word r = sfpmad(sfpu::multiply(series, s), a, a);
  if ((turns & 1u) == 0) return rounded(r);
  return rounded(sfpu::negate(reciprocal_of::in_fp32(r, 1)));
}

}  // namespace wattention::wormhole::kernels::v0_81
