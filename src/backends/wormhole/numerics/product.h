#pragma once
// One product of the matrix unit's multiplier: 5 bits of SrcA times 7 bits of SrcB.
// A fidelity phase chooses which slice of each mantissa; four phases together see all bits.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit; a public functional simulator.
#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rules.h"

namespace wattention::wormhole {

/// magnitude * 2^(exponent - 127 - 10), or << 13 of that once a term meets the accumulator.
struct Term {
  bool negative = false;
  int exponent = 0;
  Word magnitude = 0;
};

/// Exponent of a product of fields ea and eb in phase 0..3 is ea + eb + this.
template <class Rules = Silicon>
constexpr int exponent_adjustment(int phase) {
  return -exponent_bias + (phase % 2 == 1 ? Rules::odd_phase_exponent : 0) +
         (phase >= 2 ? Rules::upper_phase_exponent : 0);
}

/// 1.mmmmmmm in 11 bits, as the Src registers hold a bf16.
constexpr Word eleven_bits(Bits value) {
  return 0x400u + 8u * (value & 0x7fu);
}

/// Phases 0, 2: the hidden bit and 4 more. Phases 1, 3: the other 3, two zeros below.
constexpr Word src_a_slice(Bits value, int phase) {
  const Word mantissa = eleven_bits(value);
  return phase % 2 == 0 ? mantissa >> 6 : mantissa >> 1 & 31u;
}

/// Phases 0, 1: the hidden bit and 6 more. Phases 2, 3: the last one, on top of six zeros.
constexpr Word src_b_slice(Bits value, int phase) {
  const Word mantissa = eleven_bits(value);
  return phase < 2 ? mantissa >> 4 : (mantissa & 15u) << 3;
}

template <class Rules = Silicon>
constexpr bool counts_as_zero(Bits value) {
  return Rules::flush_denormal_inputs ? exponent_of(value) == 0 : (value & 0x7fffu) == 0;
}

/// A zero operand gives exponent 0; a zero slice keeps its exponent, and takes part in alignment with it.
template <class Rules = Silicon>
constexpr Term product(Bits src_a, Bits src_b, int phase) {
  if (counts_as_zero<Rules>(src_a) || counts_as_zero<Rules>(src_b)) return {};
  const Word magnitude = src_a_slice(src_a, phase) * src_b_slice(src_b, phase);
  if (magnitude == 0 && !Rules::zero_part_keeps_exponent) return {};
  return {is_negative(src_a) != is_negative(src_b),
          exponent_of(src_a) + exponent_of(src_b) + exponent_adjustment<Rules>(phase), magnitude};
}

}  // namespace wattention::wormhole
