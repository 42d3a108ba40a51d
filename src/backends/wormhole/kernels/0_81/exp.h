#pragma once
// e and 2 to the power of x by exp_21f: x / ln 2 plus the exponent's bias as a fixed-point number has the result's
// exponent above its point, and below it what a parabola makes the mantissa of.
// L. Moroz et al., "Simple Multiple Precision Algorithms for Exponential Functions", 2022, section 5.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_exp.h, ckernel_sfpu_exp2.h.
#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace exp_21f {

inline constexpr Word one_over_ln_2 = sfpu::constant(1.44269502f);
inline constexpr Word bias = sfpu::constant(127.0f);
/// The parabola's constant, and as the program of `exp` alone loads it: as a float of 16 bits.
inline constexpr Word constant = sfpu::constant(1.0017248f);
inline constexpr Word constant_of_16_bits = sfpu::constant(1.001953125f);

/// 2^23 times x, from 0 to 255; what it shifts out is cut.
constexpr Word fixed_point(Word x) {
  const int exponent = exponent_of(x) - exponent_bias;
  const Word mantissa = (x & 0x7fffffu) | 0x800000u;
  return exponent >= 0 ? mantissa << exponent : mantissa >> (-exponent & 31);
}

/// 2 to the power of x less the bias, for x from 0 to 255.
constexpr Word biased_power(Word x, Word parabola_constant = constant) {
  const Word fixed = fixed_point(x);
  const Word fraction = int_to_float(fixed & 0x7fffffu);
  const Word mantissa = sfpu::polynomial(fraction, sfpu::constant(4.791750143340323e-15f),
                                         sfpu::constant(7.839635491371155e-08f), parabola_constant);
  return sfpu::with_exponent(mantissa, exponent_of(fixed));
}

constexpr Word to_range(Word x) {
  return clamped(x, 0, sfpu::constant(255.0f));
}

/// e to the power of x, in fp32.
constexpr Word natural(Word x, Word parabola_constant = constant) {
  return biased_power(to_range(sfpmad(x, one_over_ln_2, bias)), parabola_constant);
}

}  // namespace exp_21f

constexpr Bits exp(Bits value) {
  return rounded(exp_21f::natural(widen(value), exp_21f::constant_of_16_bits));
}

constexpr Bits exp2(Bits value) {
  const Word x = exp_21f::to_range(sfpu::add(widen(value), exp_21f::bias));
  return rounded(exp_21f::biased_power(x));
}

}  // namespace wattention::wormhole::kernels::v0_81
