#pragma once
// x to the power of y: 2 to the power of y log2 |x|, by a cubic and by exp_21f; the sign comes last.
// L. Moroz et al., "Simple Multiple Precision Algorithms for Exponential Functions", 2022, section 5.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_binary_pow.h,
// ckernel_sfpu_unary_power.h, ckernel_sfpu_conversions.h.
#include <bit>

#include "backends/wormhole/kernels/0_81/rounded.h"
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace power_of {

inline constexpr Word not_a_power = 0x7fc00000u;  // packed as an infinity

/// Of a number from 0 up without its fraction, saturating.
constexpr Word whole_part(Word x) {
  const int exponent = exponent_of(x) - exponent_bias;
  if (exponent < 0) return 0;
  if (exponent > 30) return 0x7fffffffu;
  const Word mantissa = (x & 0x7fffffu) | 0x800000u;
  return exponent >= 23 ? mantissa << (exponent - 23) : mantissa >> (23 - exponent);
}

/// SFPCAST of up to 31 bits, to nearest even as the host's.
constexpr Word number_of(Word whole) {
  return std::bit_cast<Word>(static_cast<float>(whole));
}

/// Its sign does not count; zero's is -127.
constexpr Word logarithm(Word base) {
  const Word series =
      sfpu::polynomial(sfpu::with_exponent(base & ~sign_mask, exponent_bias),
                       sfpu::constant(0x2.44734p-4f), sfpu::constant(-0xd.e712ap-4f),
                       sfpu::constant(0x2.4f5388p+0f), sfpu::constant(-0x1.952992p+0f));
  const int exponent = exponent_of(base) - exponent_bias;
  const Word size = number_of(static_cast<Word>(exponent < 0 ? -exponent : exponent));
  return sfpmad(series, sfpu::constant(1.4426950408889634f),
                exponent < 0 ? sfpu::negate(size) : size);
}

/// SFPDIVP2 keeps zeros, infinities and NaNs.
constexpr Word times_2_to_23(Word x) {
  const int exponent = exponent_of(x);
  return exponent == 0 || exponent == infinite_exponent ? x : sfpu::with_exponent(x, exponent + 23);
}

/// 2^x, from 2^-127 up; infinity from 2^128 on.
constexpr Word of_two(Word x) {
  constexpr Word least = sfpu::constant(-127.0f), bias = sfpu::constant(1065353216.0f);
  const Word from = sfpu::below(x, least) ? least : x;
  const Word fixed = whole_part(sfpu::add(times_2_to_23(from), bias));
  const Word fraction = fixed & 0x7fffffu;
  const Word mantissa = sfpu::multiply(
      sfpu::multiply(sfpu::constant(0.40196114e-7f), number_of(0xf94ee7u + fraction)),
      number_of(0x560eu + fraction));
  return sfpu::with_exponent(whole_part(mantissa), exponent_of(fixed));
}

/// |base| to the power, and a base below 0: of an odd one negative, of a broken one a NaN. Beyond 16 bits all are.
constexpr Word with_sign(Word base, Word power) {
  const Word size = of_two(sfpu::multiply(power, logarithm(base)));
  if (!sfpu::below_zero(base)) return size;
  const Word whole = round_to_int16(power);
  if (int_to_float(whole) != power) return not_a_power;
  return (size & ~sign_mask) | whole << 31;
}

}  // namespace power_of

/// Of two tensors' elements, packed.
constexpr Bits power_of_pair(Bits value, Bits exponent) {
  const Word base = widen(value), power = widen(exponent);
  if (base << 1 != 0 || power == 0) return pack_bf16(rounded(power_of::with_sign(base, power)));
  return sfpu::below_zero(power) ? pack_bf16(rounded(power_of::not_a_power)) : Bits{0};
}

/// By a number that is not a whole one, or below 0.
constexpr Bits power_by_number(Bits value, Word power) {
  const Word base = widen(value);
  if (base << 1 != 0) return rounded(power_of::with_sign(base, power));
  return sfpu::below_zero(power) ? rounded(power_of::not_a_power) : Bits{0};
}

}  // namespace wattention::wormhole::kernels::v0_81
