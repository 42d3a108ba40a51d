#pragma once
// The accumulator of numerics/accumulate.h on lanes of integers, for every exponent there is.
//
// A term is (sum, e): sum * 2^(e - 137), |sum| < 2^15, signed. Halving it down with an arithmetic shift rounds
// half up, which on negative terms is the silicon's half down on the magnitude.
#include <cstdint>

namespace wattention::wormhole {
namespace {

template <class V>
struct AccumulatorOf {
  using I = typename V::I;
  struct Term {
    I sum, exponent;
  };

  static I none() { return V::all(0); }
  static I where_positive(I test, I x) { return V::select_greater(test, none(), x, none()); }
  static I exponent(I pattern) {
    return V::both(V::template shift_right<23>(pattern), V::all(0xff));
  }

  /// x negated where `sign` is -1.
  static I with_sign(I x, I sign) { return V::sub(V::differ(x, sign), sign); }

  /// 24 bits with the hidden one; 0 where the exponent is.
  static I mantissa(I pattern) {
    return where_positive(exponent(pattern),
                          V::either(V::both(pattern, V::all(0x7fffff)), V::all(0x800000)));
  }

  /// (x + 2^(count - 1)) >> count, x itself for 0.
  static I halve(I x, I count) {
    const I half = V::template shift_right<1>(V::shift_left(V::all(1), count));
    return V::shift_right_signed(V::add(x, half), count);
  }

  /// halve() as a bf16 Dst does it: to 2^-13 first, which from 14 bits on lifts what is within 2^-14 of a tie.
  static I halve_twice(I x, I count) {
    const I lifted = V::add(x, V::template shift_right<14>(V::shift_left(V::all(1), count)));
    return halve(lifted, count);
  }

  /// The sum of all three in units of 2^(e - 137): 17 bits.
  static I sum_bf16(I dst, const Term& first, const Term& second, I e) {
    constexpr int nothing_left = 16;  // from here on shifts give 0, of either sign
    const auto distance = [&](I from) { return V::min(V::sub(e, from), V::all(nothing_left)); };
    const I held = halve(V::template shift_right<13>(mantissa(dst)), distance(exponent(dst)));
    return V::add(with_sign(held, V::sign(dst)),
                  V::add(halve_twice(first.sum, distance(first.exponent)),
                         halve_twice(second.sum, distance(second.exponent))));
  }

  /// The same in units of 2^(e - 150): 30 bits.
  static I sum_fp32(I dst, const Term& first, const Term& second, I e) {
    constexpr int nothing_left = 30;
    const auto distance = [&](I from) { return V::min(V::sub(e, from), V::all(nothing_left)); };
    const auto term = [&](const Term& t) {
      return halve(V::template shift_left<13>(t.sum), distance(t.exponent));
    };
    const I held = halve(mantissa(dst), distance(exponent(dst)));
    return V::add(with_sign(held, V::sign(dst)), V::add(term(first), term(second)));
  }

  /// A float's pattern times 2^shift; +0 at and below the exponent 0, infinity at 255. Zeros stay +0.
  static I scale(I pattern, I shift) {
    const I scaled = V::add(exponent(pattern), shift);
    const I sign = V::both(pattern, V::all(INT32_MIN));
    const I fraction = V::both(pattern, V::all(0x7fffff));
    const I finite = V::either(V::template shift_left<23>(scaled), fraction);
    const I bounded = V::select_greater(scaled, V::all(254), V::all(0x7f800000), finite);
    const I nonzero = where_positive(exponent(pattern), V::all(1));
    return where_positive(scaled, where_positive(nonzero, V::either(sign, bounded)));
  }

  /// Bits below the upper half are 0.
  static I bf16(I dst, const Term& first, const Term& second) {
    const I e = V::max(exponent(dst), V::max(first.exponent, second.exponent));
    const I sum = V::as_ints(V::to_floats(sum_bf16(dst, first, second, e)));
    const I rounded =
        V::both(V::add(sum, V::all(0x8000)), V::all(static_cast<std::int32_t>(0xffff0000u)));
    return where_positive(e, scale(rounded, V::sub(e, V::all(137))));
  }

  /// bf16() and fp32() of one term on an empty Dst: nothing is shifted, and 24 bits hold it.
  static I alone_bf16(const Term& term) {
    const I sum = V::as_ints(V::to_floats(term.sum));
    const I rounded =
        V::both(V::add(sum, V::all(0x8000)), V::all(static_cast<std::int32_t>(0xffff0000u)));
    return where_positive(term.exponent, scale(rounded, V::sub(term.exponent, V::all(137))));
  }
  static I alone_fp32(const Term& term) {
    return where_positive(term.exponent, scale(V::as_ints(V::to_floats(term.sum)),
                                               V::sub(term.exponent, V::all(137))));
  }

  /// 30 bits to 24, half up on the magnitude.
  static I round_to_24_bits(I magnitude) {
    // Without its second bit no number rounds up to the next power of two, so the float's exponent is its length.
    const I second_bit_off =
        V::both(magnitude, V::differ(V::template shift_right<1>(magnitude), V::all(-1)));
    const I length = V::sub(exponent(V::as_ints(V::to_floats(second_bit_off))), V::all(126));
    const I excess = V::max(V::sub(length, V::all(24)), none());
    return V::shift_left(halve(magnitude, excess), excess);
  }

  static I fp32(I dst, const Term& first, const Term& second) {
    const I e = V::max(exponent(dst), V::max(first.exponent, second.exponent));
    const I sum = sum_fp32(dst, first, second, e);
    const I sign = V::sign(sum);
    const I rounded = with_sign(round_to_24_bits(with_sign(sum, sign)), sign);
    const I result =
        where_positive(e, scale(V::as_ints(V::to_floats(rounded)), V::sub(e, V::all(150))));
    return minus_one(sum, e, result);
  }

  /// The normaliser's quirk: a sum of exactly -1 comes out 2^27 times too large.
  static I minus_one(I sum, I e, I result) {
    const I is_minus_one = V::both(V::select_greater(none(), sum, V::all(1), none()),
                                   V::select_greater(sum, V::all(-2), V::all(1), none()));
    const I quirk =
        scale(V::all(static_cast<std::int32_t>(0xbf800000u)), V::sub(e, V::all(127 - 4)));
    return V::select_greater(V::both(is_minus_one, where_positive(e, V::all(1))), none(), quirk,
                             result);
  }
};

}  // namespace
}  // namespace wattention::wormhole
