#pragma once
// sin, cos, tan: x / pi to the nearest integer of 16 bits, then a polynomial. Beyond 32767 pi nothing is left of it.
// asin, acos, atan: polynomials.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_trigonometry.h.
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

namespace trigonometry {

inline constexpr Word one_over_pi = sfpu::constant(0.31830987f);

/// sin(pi x) from -1/2 to 1/2.
template <class Rules>
constexpr Word sine_of_turns(Word x) {
  const Word squared = sfpu::multiply<Rules>(x, x);
  const Word factor =
      sfpu::polynomial<Rules>(squared, sfpu::constant(0x1.406628p-4f),
                              sfpu::constant(-0x9.93f86p-4f), sfpu::constant(0x2.8cd64p+0f),
                              sfpu::constant(-0x5.2aef6p+0f), sfpu::constant(0x3.243f6cp+0f));
  return sfpu::multiply<Rules>(x, factor);
}

/// Half turns: the nearest whole ones off, and their oddness as a sign.
template <class Rules>
constexpr Word sine_of_half_turns(Word turns) {
  const Word whole = round_to_int16<Rules>(turns);
  const Word sine = sine_of_turns<Rules>(sfpu::subtract<Rules>(turns, int_to_float(whole)));
  return whole & 1 ? sfpu::negate(sine) : sine;
}

/// tan from 1 on: up to pi / 2.
template <class Rules>
constexpr Word tangent_above_one(Word x) {
  const Word r = sfpmad<Rules>(sfpu::absolute(x), sfpu::constant(4), sfpu::constant(-5));
  const Word size = sfpu::polynomial<Rules>(
      r, sfpu::constant(2.1457846f), sfpu::constant(2.815174f), sfpu::constant(-3.9035487f),
      sfpu::constant(-5.2096696f), sfpu::constant(3.658698f), sfpu::constant(4.9457364f),
      sfpu::constant(-0.7137798f), sfpu::constant(-1.0665413f), sfpu::constant(1.1057009f),
      sfpu::constant(1.462757f), sfpu::constant(1.4643353f), sfpu::constant(1.8716435f),
      sfpu::constant(2.514385f), sfpu::constant(3.0097759f));
  return sfpu::with_sign_of(size, x);
}

template <class Rules>
constexpr Word tangent(Word x) {
  if (sfpu::above<Rules>(sfpu::absolute(x), sfpu::one)) return tangent_above_one<Rules>(x);
  const Word factor = sfpu::polynomial<Rules>(
      sfpu::multiply<Rules>(x, x), sfpu::constant(0.010222361f), sfpu::constant(-0.015764693f),
      sfpu::constant(0.02789032f), sfpu::constant(0.012122508f), sfpu::constant(0.05659461f),
      sfpu::constant(0.1329926f), sfpu::constant(0.33334994f), sfpu::constant(0.9999999f));
  return sfpu::multiply<Rules>(x, factor);
}

/// From -1 to 1: the series up to x^11, which is 15 % short at 1.
template <class Rules>
constexpr Word arcsine(Word x) {
  const Word squared = sfpu::multiply<Rules>(x, x);
  Word power = x, sum = x;
  for (const Word factor :
       {sfpu::constant(0.166666666f), sfpu::constant(0.075f), sfpu::constant(0.044642857f),
        sfpu::constant(0.03038194f), sfpu::constant(0.02237216f)}) {
    power = sfpu::multiply<Rules>(power, squared);
    sum = sfpmad<Rules>(factor, power, sum);
  }
  return sum;
}

/// A polynomial below 1, of the reciprocal above; its argument lies in Dst on the way.
template <Register Dst, class Rules>
constexpr Word arctangent(Word x) {
  const Word size = sfpu::absolute(x);
  const bool small = sfpu::above_zero(sfpu::subtract<Rules>(sfpu::one, size));
  const Word argument = load(store<Dst, Rules>(small ? size : reciprocal::of<Reciprocal>(size, 2)));
  const Word series = sfpu::polynomial<Rules>(
      sfpu::multiply<Rules>(argument, argument), sfpu::constant(-0.013480470f),
      sfpu::constant(0.057477314f), sfpu::constant(-0.121239071f), sfpu::constant(0.195635925f),
      sfpu::constant(-0.332994597f), sfpu::constant(0.999995630f));
  Word angle = sfpu::multiply<Rules>(series, argument);
  if (sfpu::above<Rules>(size, sfpu::one))
    angle = sfpu::subtract<Rules>(sfpu::constant(1.570796327f), angle);
  return sfpu::below_zero(x) ? sfpu::negate(angle) : angle;
}

}  // namespace trigonometry

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst asin(Dst value) {
  return store<Dst, Rules>(trigonometry::arcsine<Rules>(load(value)));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst acos(Dst value) {
  return store<Dst, Rules>(
      sfpu::subtract<Rules>(sfpu::constant(1.5707964f), trigonometry::arcsine<Rules>(load(value))));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst atan(Dst value) {
  return store<Dst, Rules>(trigonometry::arctangent<Dst, Rules>(load(value)));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst sin(Dst value) {
  return store<Dst, Rules>(trigonometry::sine_of_half_turns<Rules>(
      sfpu::multiply<Rules>(load(value), trigonometry::one_over_pi)));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst cos(Dst value) {
  return store<Dst, Rules>(trigonometry::sine_of_half_turns<Rules>(
      sfpmad<Rules>(load(value), trigonometry::one_over_pi, sfpu::constant(0.5f))));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst tan(Dst value) {
  const Word turns = sfpu::multiply<Rules>(load(value), trigonometry::one_over_pi);
  const Word rest = sfpu::subtract<Rules>(turns, int_to_float(round_to_int16<Rules>(turns)));
  return store<Dst, Rules>(
      trigonometry::tangent<Rules>(sfpu::multiply<Rules>(rest, sfpu::constant(3.1415927f))));
}

}  // namespace wattention::wormhole::kernels
