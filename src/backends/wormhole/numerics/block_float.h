#pragma once
// Block floats in the packer: 16 neighbours of a face's row share the largest exponent among them.
// Source: Tenstorrent ISA documentation, WormholeB0 Packers, FormatConversion; a public functional simulator.
//
// A block's values are bf16 patterns, and stay so here: their unpacker gives them back exactly. Where an exponent
// would fall below 1 the value is 0, as the host reads it; on the card the unpacker's exponent wraps around.
#include <wattention/dtype.h>

#include <algorithm>
#include <span>

#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole {

inline constexpr int block_length = 16;

struct BlockFormat {
  int magnitude_bits = 7;  ///< bfloat8_b; bfloat4_b: 3, cut from those 7
  /// bf16 goes into blocks as it is. Usually Dst is rounded to 7 significant bits first, and then once more.
  bool precise = false;
};

/// Of a block dtype, as programs pack unless they ask for more precision.
constexpr BlockFormat block_format(DType dtype) {
  return {dtype == DType::bfloat8_b ? 7 : 3, false};
}

namespace blocks {

/// bf16 on its way from Dst: one bit less, ties away from zero.
template <class Rules>
constexpr Bits early(Bits packed, BlockFormat format) {
  if (format.precise) return packed;
  return static_cast<Bits>(drop_bits(packed, 1, Rules::pack_rounding) << 1);
}

/// The magnitude in units of 2^(exponent - 127 - magnitude_bits + 1).
template <class Rules>
constexpr Word magnitude(Bits value, int exponent, int magnitude_bits) {
  constexpr int bits = 7;
  const int distance = exponent - exponent_of(value);
  if (exponent_of(value) == 0 || distance > bits) return 0;
  const Word mantissa = 0x80u | (value & 0x7fu);
  const auto rounded = static_cast<Word>(drop_bits(mantissa, distance + 1, Rules::pack_rounding));
  return std::min(rounded, (1u << bits) - 1) >> (bits - magnitude_bits);
}

/// That magnitude as the unpacker reads it.
constexpr Bits read(bool negative, Word magnitude, int exponent, int magnitude_bits) {
  if (magnitude == 0) return 0;
  const int length = bit_length(magnitude);
  const int own = exponent - (magnitude_bits - length);
  if (own <= 0) return 0;
  const Word fraction = magnitude << (8 - length) & 0x7fu;
  return static_cast<Bits>((negative ? 0x8000u : 0u) | static_cast<Word>(own) << 7 | fraction);
}

}  // namespace blocks

/// One block in place, from bf16 as pack_bf16 gives it to what a reader finds. An exponent of 255 counts as any other.
template <class Rules = Silicon>
constexpr void pack_block(std::span<Bits, block_length> values, BlockFormat format) {
  int largest = 0;
  for (Bits& value : values) {
    value = blocks::early<Rules>(value, format);
    largest = std::max(largest, exponent_of(value));
  }
  for (Bits& value : values)
    value = blocks::read(is_negative(value),
                         blocks::magnitude<Rules>(value, largest, format.magnitude_bits), largest,
                         format.magnitude_bits);
}

}  // namespace wattention::wormhole
