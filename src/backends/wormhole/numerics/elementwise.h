#pragma once
// ELWMUL, ELWADD, ELWSUB: the matrix unit on one pair of elements.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit; a public functional simulator.
#include <type_traits>
#include <utility>

#include "backends/wormhole/numerics/accumulate.h"

namespace wattention::wormhole {

/// One fidelity phase of src_a * src_b onto Dst.
template <class Rules = Silicon, class Src = Bits>
constexpr Word elwmul(std::type_identity_t<Src> src_a, std::type_identity_t<Src> src_b, int phase,
                      Word dst, DstFormat format) {
  Term term = product<Rules, Src>(src_a, src_b, phase);
  if (term.exponent <= 0) term = {};
  return accumulate<Rules>(term, {}, dst, format);
}

/// src_a + src_b; what Dst held is lost, unless it is given and added to. Both are bf16, or tf32 in fp32's place.
template <class Rules = Silicon, class Src = Bits>
constexpr Word elwadd(std::type_identity_t<Src> src_a, std::type_identity_t<Src> src_b,
                      DstFormat format, Word dst = 0) {
  constexpr Src sign = static_cast<Src>(Src{1} << (8 * sizeof(Src) - 1));
  Src large = counts_as_zero<Rules>(src_a) ? Src{0} : src_a;
  Src small = counts_as_zero<Rules>(src_b) ? Src{0} : src_b;
  if ((large & ~sign) < (small & ~sign)) std::swap(large, small);
  const int distance = exponent_of(large) - exponent_of(small);
  Word addend = 0;
  if (small != 0 && distance < Rules::addend_distance_limit)
    addend = static_cast<Word>(drop_bits(eleven_bits(small), distance, Rules::addend_rounding));
  const Word base = large == 0 ? 0 : eleven_bits(large);
  const Word sum = is_negative(large) == is_negative(small) ? base + addend : base - addend;
  return accumulate<Rules>({is_negative(large), exponent_of(large), sum}, {}, dst, format);
}

template <class Rules = Silicon, class Src = Bits>
constexpr Word elwsub(std::type_identity_t<Src> src_a, std::type_identity_t<Src> src_b,
                      DstFormat format) {
  constexpr Src sign = static_cast<Src>(Src{1} << (8 * sizeof(Src) - 1));
  return elwadd<Rules, Src>(src_a, static_cast<Src>(src_b ^ sign), format);
}

}  // namespace wattention::wormhole
