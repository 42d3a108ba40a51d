#pragma once
// 1 / x: a parabola over the mantissa, then Newton's iteration, then the exponent.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_recip.h.
#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace reciprocal_of {

/// The first estimate of 1 / m, for m from 1 to 2: `constant` less `slope` m plus `curve` m^2.
struct Seed {
  Word curve, slope, constant;
};
inline constexpr Seed for_fp32 = {sfpu::constant(0.323232502f), sfpu::constant(1.45454597f),
                                  sfpu::constant(2.12121248f)};
/// With one step, all 128 mantissas of bf16 round correctly.
inline constexpr Seed for_bf16 = {sfpu::constant(0.321334004f), sfpu::constant(1.45141482f),
                                  sfpu::constant(2.12008834f)};

/// Of the mantissa alone.
constexpr Word of_mantissa(Word minus_m, const Seed& seed, int newton_steps) {
  Word y = sfpu::polynomial(minus_m, seed.curve, seed.slope, seed.constant);
  for (int i = 0; i < newton_steps; ++i) y = sfpmad(y, sfpmad(minus_m, y, sfpu::one), y);
  return y;
}

/// In fp32; rounded before the exponent comes, or never. 1 / 0 is an infinity, 1 / infinity 0.
constexpr Word in_fp32(Word x, int newton_steps, const Seed& seed = for_fp32, bool rounds = false) {
  const Word minus_m = sfpu::minus_one | (x & 0x7fffffu);
  const Word y = of_mantissa(minus_m, seed, newton_steps);
  // 2^(255 - e - bias) halved: an infinity for e = 0 and 0 for e = 255 stay what they are.
  const Word scale = sfpu::multiply(~x & 0xff800000u, sfpu::constant(0.5f));
  return sfpu::with_sign_of(sfpu::multiply(rounds ? round_to_upper_half(y) : y, scale), x);
}

}  // namespace reciprocal_of

constexpr Bits reciprocal(Bits value) {
  return store_to_bf16(reciprocal_of::in_fp32(widen(value), 1, reciprocal_of::for_bf16, true));
}

}  // namespace wattention::wormhole::kernels::v0_81
