#pragma once
// tanh, sigmoid, silu and gelu.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_tanh.h, ckernel_sfpu_sigmoid.h,
// ckernel_sfpu_silu.h, ckernel_sfpu_gelu.h.
#include "backends/wormhole/kernels/0_81/exp.h"
#include "backends/wormhole/kernels/0_81/reciprocal.h"

namespace wattention::wormhole::kernels::v0_81 {

/// A polynomial of |x| without a constant, at most 1.
constexpr Bits tanh(Bits value) {
  const Word x = widen(value), size = sfpu::absolute(x);
  const Word series =
      sfpu::polynomial(size, sfpu::constant(5.87673392e-3f), sfpu::constant(-6.66490197e-2f),
                       sfpu::constant(0.281917632f), sfpu::constant(-0.489065975f),
                       sfpu::constant(3.08974385e-2f), sfpu::constant(0.999004364f));
  return rounded(sfpu::with_sign_of(smaller(sfpu::multiply(series, size), sfpu::one), x));
}

/// In fp32: 1 / (1 + exp(-x)).
constexpr Word sigmoid_in_fp32(Word x) {
  const Word denominator = sfpu::add(sfpu::one, exp_21f::natural(sfpu::negate(x)));
  return reciprocal_of::in_fp32(denominator, 1);
}

constexpr Bits sigmoid(Bits value) {
  return rounded(sigmoid_in_fp32(widen(value)));
}
constexpr Bits silu(Bits value) {
  const Word x = widen(value);
  return rounded(sfpu::multiply(x, sigmoid_in_fp32(x)));
}

namespace gelu_of {

inline constexpr Word vanishes = sfpu::constant(-5.54259443f);  // from here down PyTorch's is 0
inline constexpr Word least_of_core = sfpu::constant(-3.125f), identity = sfpu::constant(2.78125f);

/// x times half of erfc(|x| / sqrt 2) = exp(-x^2 / 2) by a correction, on the grid of PyTorch's float32: of 2^-25.
constexpr Word in_tail(Word x, Word x2) {
  constexpr Word grid = sfpu::constant(0.375f);
  const Word decay = exp_21f::biased_power(sfpmad(x2, sfpu::constant(-0.72134752f), exp_21f::bias));
  const Word correction =
      sfpu::polynomial(x, sfpu::constant(7.5950479368e-04f), sfpu::constant(1.3809983619e-02f),
                       sfpu::constant(9.5413386822e-02f), sfpu::constant(3.0369991064e-01f));
  const Word half_erfc = sfpu::multiply(decay, correction);
  return sfpu::multiply(x, sfpu::add(sfpu::add(half_erfc, grid), sfpu::negate(grid)));
}

/// x times the normal distribution's function: 0.5 and an odd polynomial.
constexpr Word in_core(Word x, Word x2) {
  const Word odd =
      sfpu::polynomial(x2, sfpu::constant(7.9821413868e-08f), sfpu::constant(-3.8082057209e-06f),
                       sfpu::constant(8.1812159812e-05f), sfpu::constant(-1.0717806322e-03f),
                       sfpu::constant(9.7720050615e-03f), sfpu::constant(-6.6361041488e-02f),
                       sfpu::constant(3.9894227818e-01f));
  return sfpu::multiply(x, sfpmad(x, odd, sfpu::constant(0.5f)));
}

constexpr Word in_fp32(Word x) {
  if (!sfpu::above(x, vanishes)) return 0;
  const Word x2 = sfpu::multiply(x, x);
  if (sfpu::below(x, least_of_core)) return in_tail(x, x2);
  return sfpu::below(x, identity) ? in_core(x, x2) : x;
}

}  // namespace gelu_of

/// For a Dst of 32 bits: x times half of 1 + erf(x / sqrt 2), a ratio of polynomials.
constexpr Word gelu_in_fp32(Word x) {
  constexpr Word half = sfpu::constant(0.5f);
  if (!sfpu::above(x, gelu_of::vanishes)) return sfpu::subtract(x, x);
  const Word scaled =
      smaller(sfpu::multiply(x, sfpu::constant(0.7071067811865475f)), sfpu::constant(10.0f));
  const Word squared = sfpu::multiply(scaled, scaled);
  const Word numerator = sfpu::polynomial(
      squared, sfpu::constant(-2.8632063387e-10f), sfpu::constant(2.7384647439e-08f),
      sfpu::constant(1.7678321456e-05f), sfpu::constant(6.1307044234e-04f),
      sfpu::constant(5.6230435148e-03f), sfpu::constant(6.2133435160e-02f),
      sfpu::constant(2.1477432549e-01f), sfpu::constant(1.1283791065e+00f));
  const Word denominator = sfpu::polynomial(
      squared, sfpu::constant(-6.7350725691e-12f), sfpu::constant(-3.5153888689e-09f),
      sfpu::constant(1.3156344494e-06f), sfpu::constant(1.3179056987e-04f),
      sfpu::constant(1.9545555115e-03f), sfpu::constant(1.9642570987e-02f),
      sfpu::constant(1.2961706519e-01f), sfpu::constant(5.2367275953e-01f), sfpu::one);
  const Word erf = clamped(
      sfpu::multiply(sfpu::multiply(numerator, scaled), reciprocal_of::in_fp32(denominator, 2)),
      sfpu::minus_one, sfpu::one);
  // PyTorch's float32 leaves 2^-25 there.
  if (erf == sfpu::minus_one) return sfpu::multiply(x, sfpu::constant(2.9802322387695313e-08f));
  return sfpu::multiply(x, sfpmad(half, erf, half));
}

constexpr Bits gelu(Bits value) {
  return rounded(gelu_of::in_fp32(widen(value)));
}

/// beta, its inverse and the threshold: max(beta x, 0) and a polynomial of |beta x|, which ends at 5. Above the
/// threshold x itself.
struct Softplus {
  Word beta, one_over_beta, threshold;
};
constexpr Bits softplus(Bits value, const Softplus& by) {
  const Word x = widen(value), t = sfpu::multiply(by.beta, x);
  if (sfpu::above(t, by.threshold)) return value;
  const Word size = t & ~sign_mask;
  const Word series =
      sfpu::polynomial(size, sfpu::constant(-3.1273466851e-05f), sfpu::constant(5.0152968088e-04f),
                       sfpu::constant(-1.8627923291e-03f), sfpu::constant(-1.3000584069e-02f),
                       sfpu::constant(1.4279095486e-01f), sfpu::constant(-5.0932420424e-01f),
                       sfpu::constant(6.9423984729e-01f));
  const Word rest = sfpu::above(size, sfpu::constant(5.0f)) ? 0 : series;
  const Word positive = ordered_below(t, 0) ? 0 : t;
  return rounded(sfpu::multiply(by.one_over_beta, sfpu::add(positive, rest)));
}

/// x u (u + 2) / ((u + 1)^2 + 1), with u = exp(x) as bf16; x from 8 on.
constexpr Bits mish(Bits value) {
  const Word x = widen(value);
  if (!sfpu::below(x, sfpu::constant(8.0f))) return rounded(x);
  const Word u = round_to_upper_half(exp_21f::natural(x));
  const Word above = sfpu::multiply(u, sfpu::add(u, sfpu::constant(2.0f)));
  const Word more = sfpu::add(u, sfpu::one);
  const Word below = sfpmad(more, more, sfpu::one);
  return rounded(sfpu::multiply(x, sfpu::multiply(above, reciprocal_of::in_fp32(below, 1))));
}

}  // namespace wattention::wormhole::kernels::v0_81
