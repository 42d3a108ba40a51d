#pragma once
// Straight pieces over |x| on the vector unit: slope * |x| + offset, both from registers.
// Source: Tenstorrent ISA documentation, WormholeB0 VectorUnit: SFPLUT, SFPLUTFP32; a public functional simulator.
#include <array>

#include "backends/wormhole/numerics/sfpmad.h"

namespace wattention::wormhole {

/// Eight bits: sign, exponent from 2^0 down to 2^-7, four of mantissa. 0xff is 0.
constexpr Word lut8(Word bits) {
  if (bits == 0xff) return 0;
  return compose(bits >> 7 != 0, exponent_bias - static_cast<int>(bits >> 4 & 7),
                 (bits & 15) << 19);
}

/// Sixteen bits, as fp16 but without denormals; the largest exponent is that of 0.
constexpr Word lut16(Word bits) {
  const int exponent = static_cast<int>(bits >> 10 & 31);
  return compose(bits >> 15 != 0, exponent == 31 ? 0 : 112 + exponent, (bits & 0x3ff) << 13);
}

/// SFPLUT: pieces from 0, 1 and 2 on; each entry has its slope in bits 8 to 15, its offset below. Keeps x's sign.
template <class Rules = Silicon>
constexpr Word lut_3_pieces(Word x, const std::array<Word, 3>& table) {
  const Word size = x & ~sign_mask;
  const std::size_t piece = size < 0x3f800000u ? 0 : size < 0x40000000u ? 1 : 2;
  const Word value = sfpmad<Rules>(lut8(table[piece] >> 8 & 0xff), size, lut8(table[piece] & 0xff));
  return (value & ~sign_mask) | (x & sign_mask);
}

struct SixPieces {
  std::array<Word, 6> slopes, offsets;  ///< sixteen bits each
};

/// SFPLUTFP32: pieces from 0, 0.5, 1, 1.5, 2 and 3 on. The sign is the sum's.
template <class Rules = Silicon>
constexpr Word lut_6_pieces(Word x, const SixPieces& table) {
  constexpr std::array<Word, 5> ends{0x3f000000u, 0x3f800000u, 0x3fc00000u, 0x40000000u,
                                     0x40400000u};
  const Word size = x & ~sign_mask;
  std::size_t piece = 0;
  while (piece < ends.size() && size >= ends[piece]) ++piece;
  return sfpmad<Rules>(lut16(table.slopes[piece]), size, lut16(table.offsets[piece]));
}

}  // namespace wattention::wormhole
