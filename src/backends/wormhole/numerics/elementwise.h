#pragma once
// ELWMUL, ELWADD, ELWSUB: the matrix unit on one pair of elements.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit; a public functional simulator.
#include <utility>

#include "backends/wormhole/numerics/accumulate.h"

namespace wattention::wormhole {

/// One fidelity phase of src_a * src_b onto Dst.
template <class Rules = Silicon>
constexpr Word elwmul(Bits src_a, Bits src_b, int phase, Word dst, DstFormat format) {
  Term term = product<Rules>(src_a, src_b, phase);
  if (term.exponent <= 0) term = {};
  return accumulate<Rules>(term, {}, dst, format);
}

/// src_a + src_b; what Dst held is lost, unless it is given and added to.
template <class Rules = Silicon>
constexpr Word elwadd(Bits src_a, Bits src_b, DstFormat format, Word dst = 0) {
  Bits large = counts_as_zero<Rules>(src_a) ? Bits{0} : src_a;
  Bits small = counts_as_zero<Rules>(src_b) ? Bits{0} : src_b;
  if ((large & 0x7fff) < (small & 0x7fff)) std::swap(large, small);
  const int distance = exponent_of(large) - exponent_of(small);
  Word addend = 0;
  if (small != 0 && distance < Rules::addend_distance_limit)
    addend = static_cast<Word>(drop_bits(eleven_bits(small), distance, Rules::addend_rounding));
  const Word base = large == 0 ? 0 : eleven_bits(large);
  const Word sum = is_negative(large) == is_negative(small) ? base + addend : base - addend;
  return accumulate<Rules>({is_negative(large), exponent_of(large), sum}, {}, dst, format);
}

template <class Rules = Silicon>
constexpr Word elwsub(Bits src_a, Bits src_b, DstFormat format) {
  return elwadd<Rules>(src_a, static_cast<Bits>(src_b ^ 0x8000u), format);
}

}  // namespace wattention::wormhole
