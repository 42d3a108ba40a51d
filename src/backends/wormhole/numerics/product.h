#pragma once
// One product of the matrix unit's multiplier: 5 bits of SrcA times 7 bits of SrcB.
// A fidelity phase chooses which slice of each mantissa; four phases together see all bits.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit; a public functional simulator.
#include <type_traits>

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
/// A tf32 in fp32's place has all of them.
constexpr Word eleven_bits(Word value) {
  return 0x400u | (value >> 13 & 0x3ffu);
}

/// Phases 0, 2: the hidden bit and 4 more. Phases 1, 3: the next 5, of which a bf16 has 3; a tf32's last is never seen.
template <class Src>
constexpr Word src_a_slice(Src value, int phase) {
  const Word mantissa = eleven_bits(value);
  return phase % 2 == 0 ? mantissa >> 6 : mantissa >> 1 & 31u;
}

/// Phases 0, 1: the hidden bit and 6 more. Phases 2, 3: the other 4, of which a bf16 has 1, on top of zeros.
template <class Src>
constexpr Word src_b_slice(Src value, int phase) {
  const Word mantissa = eleven_bits(value);
  return phase < 2 ? mantissa >> 4 : (mantissa & 15u) << 3;
}

template <class Rules = Silicon>
constexpr bool counts_as_zero(Bits value) {
  return Rules::flush_denormal_inputs ? exponent_of(value) == 0 : (value & 0x7fffu) == 0;
}
template <class Rules = Silicon>
constexpr bool counts_as_zero(Word value) {
  return Rules::flush_denormal_inputs ? exponent_of(value) == 0 : (value & ~sign_mask) == 0;
}

/// A zero operand gives exponent 0; a zero slice keeps its exponent, and takes part in alignment with it.
template <class Rules = Silicon, class Src = Bits>
constexpr Term product(std::type_identity_t<Src> src_a, std::type_identity_t<Src> src_b,
                       int phase) {
  if (counts_as_zero<Rules>(src_a) || counts_as_zero<Rules>(src_b)) return {};
  const Word magnitude = src_a_slice(src_a, phase) * src_b_slice(src_b, phase);
  if (magnitude == 0 && !Rules::zero_part_keeps_exponent) return {};
  return {is_negative(src_a) != is_negative(src_b),
          exponent_of(src_a) + exponent_of(src_b) + exponent_adjustment<Rules>(phase), magnitude};
}

}  // namespace wattention::wormhole
