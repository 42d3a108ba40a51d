#pragma once
// The accumulator of the matrix unit: Dst + two terms, rounded to the width of Dst at once.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit; a public functional simulator.
#include <algorithm>

#include "backends/wormhole/numerics/product.h"

namespace wattention::wormhole {

enum class DstFormat { bf16, fp32 };

namespace accumulator {

inline constexpr int mantissa_bits = 24;  // of an aligned Dst; a term's may be 5 bits longer

/// Shifts a magnitude down to the common exponent. `borrow` turns half up into half down.
template <class Rules>
constexpr Word align(Word magnitude, int distance, Word borrow) {
  if (distance == 0) return magnitude;
  if (distance >= Rules::term_distance_limit) return 0;
  return (magnitude + (1u << (distance - 1)) - borrow) >> distance;
}

template <class Rules>
constexpr Word round_low_bits(Word magnitude, Word borrow) {
  const int count = Rules::aligned_low_bits;
  if (count == 0) return magnitude;
  return (magnitude + (1u << (count - 1)) - borrow) >> count << count;
}

/// The term's or Dst's share of the sum, signed, in units of 2^(exponent - 127 - 23).
template <class Rules>
constexpr std::int32_t addend(bool negative, Word magnitude, int distance, bool half_down,
                              DstFormat format) {
  const Word borrow = negative && half_down ? 1 : 0;
  Word aligned = align<Rules>(magnitude, distance, borrow);
  if (format == DstFormat::bf16) aligned = round_low_bits<Rules>(aligned, borrow);
  return negative ? -static_cast<std::int32_t>(aligned) : static_cast<std::int32_t>(aligned);
}

template <class Rules>
constexpr Word shift_to_width(Word magnitude, int left, DstFormat format) {
  const int dropped = format == DstFormat::bf16 && Rules::round_every_step ? 16 : 0;
  const int right = dropped - left;
  const auto kept = right > 0 ? static_cast<Word>(drop_bits(magnitude, right, Rules::dst_rounding))
                              : magnitude << -right;
  return kept << dropped;
}

template <class Rules>
constexpr Word normalise(bool negative, Word magnitude, int exponent, DstFormat format) {
  int left = mantissa_bits - bit_length(magnitude);
  if (Rules::minus_one_shifts_short && negative && magnitude == 1) left -= 27;
  exponent -= left;
  const Word mantissa = shift_to_width<Rules>(magnitude, left, format);
  if (mantissa >> mantissa_bits != 0) ++exponent;
  if (exponent <= 0) return Rules::flush_underflow ? 0 : compose(negative, 0, mantissa >> 1);
  if (exponent >= infinite_exponent && Rules::saturate_to_infinity) return infinity(negative);
  return compose(negative, exponent & 0xff, mantissa & 0x7fffffu);
}

}  // namespace accumulator

/// `dst` and the result are fp32 patterns; of a bf16 Dst the lower half is zero.
template <class Rules = Silicon>
constexpr Word accumulate(const Term& first, const Term& second, Word dst, DstFormat format) {
  const int exponent = std::max({exponent_of(dst), first.exponent, second.exponent});
  if (exponent <= 0) return 0;
  const auto term = [&](const Term& t) {
    return accumulator::addend<Rules>(t.negative, t.magnitude << 13, exponent - t.exponent,
                                      Rules::negative_terms_round_up, format);
  };
  const std::int32_t sum =
      accumulator::addend<Rules>(is_negative(dst), mantissa_of(dst), exponent - exponent_of(dst),
                                 Rules::negative_dst_rounds_up, format) +
      term(first) + term(second);
  if (sum == 0) return 0;
  const Word magnitude = sum < 0 ? 0u - static_cast<Word>(sum) : static_cast<Word>(sum);
  return accumulator::normalise<Rules>(sum < 0, magnitude, exponent, format);
}

}  // namespace wattention::wormhole
