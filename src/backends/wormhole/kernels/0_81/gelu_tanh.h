#pragma once
// gelu by the hyperbolic tangent, whose t / (t + 1) is made of t = (exp(2 |x|) - 1) / 2.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_gelu.h, ckernel_sfpu_tanh.h.
#include <algorithm>

#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace tanh_of {

inline constexpr Word half = sfpu::constant(0.5f);
inline constexpr int saturates = 61;        // from 2^61 on t / (t + 1) is 1
inline constexpr int least_exponent = 115;  // below 2^-12 the tangent is x itself

/// t, for 2 |x| = k ln 2 + f.
constexpr Word half_expm1(Word f, int k) {
  const Word series =
      sfpu::polynomial(f, sfpu::constant(1.974105835e-04f), sfpu::constant(1.393318176e-3f),
                       sfpu::constant(8.331298828e-3f), sfpu::constant(4.166680202e-2f),
                       sfpu::constant(1.666664332e-1f), half);
  const Word r = sfpmad(series, sfpu::multiply(f, f), f);
  const Word scale = sfpu::with_exponent(0, k + exponent_bias - 1);
  return sfpmad(r, scale, sfpu::add(scale, sfpu::negate(half)));
}

/// t over t + 1 by a reciprocal, and what that leaves.
constexpr Word ratio(Word t) {
  const Word denominator = sfpu::add(t, sfpu::one);
  const Word start = 0xfef30000u - denominator;  // near -1 / denominator
  const Word off = sfpmad(denominator, start, sfpu::one);
  const Word minus_inverse = sfpmad(start, sfpmad(off, off, off), start);
  const Word quotient = sfpu::multiply(t, minus_inverse);
  return sfpmad(sfpmad(denominator, quotient, t), minus_inverse, quotient);
}

constexpr Word in_fp32(Word x) {
  constexpr Word most = 255;
  const Word k = std::min(round_to_uint16(sfpu::multiply(x, sfpu::constant(2.885390082f))), most);
  const Word size = sfpu::add(x, x) & ~sign_mask;
  const Word t =
      half_expm1(sfpmad(int_to_float(k), sfpu::constant(-0.693147181f), size), static_cast<int>(k));
  // Less than an infinity by one it is a number, and a NaN stays one.
  Word result = sfpmad(size - 1, 0, sfpu::one);
  if (static_cast<int>(k) < saturates) result = exponent_of(x) < least_exponent ? x : ratio(t);
  return sfpu::with_sign_of(result, x);
}

}  // namespace tanh_of

constexpr Bits gelu_tanh(Bits value) {
  const Word x = widen(value), squared = sfpu::multiply(x, x);
  const Word cubic = sfpu::multiply(x, sfpmad(sfpu::constant(0.044715f), squared, sfpu::one));
  const Word tangent = tanh_of::in_fp32(sfpu::multiply(sfpu::constant(0.7978845608028654f), cubic));
  const Word half_x = sfpu::multiply(tanh_of::half, x);
  return rounded(sfpmad(half_x, tangent, half_x));
}

}  // namespace wattention::wormhole::kernels::v0_81
