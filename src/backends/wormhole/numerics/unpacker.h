#pragma once
// The unpacker: from L1 into a source register, which holds 19 bits at most.
// Source: Tenstorrent ISA documentation, WormholeB0 Unpackers, FormatConversion; a public functional simulator.
#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rules.h"

namespace wattention::wormhole {

/// What an fp32 in L1 becomes on its way; fp32 itself only straight into Dst.
enum class UnpackedAs { bf16, tf32, fp32 };

/// Low bits of an fp32 pattern that the format has not.
constexpr int bits_dropped(UnpackedAs format) {
  return format == UnpackedAs::bf16 ? 16 : format == UnpackedAs::tf32 ? 13 : 0;
}

/// Denormals are zeros.
template <class Rules = Silicon>
constexpr Word unpack_fp32(Word value, UnpackedAs format) {
  if (exponent_of(value) == 0) return 0;
  const int dropped = bits_dropped(format);
  const auto kept =
      static_cast<Word>(drop_bits(value & ~sign_mask, dropped, Rules::unpack_rounding));
  return (value & sign_mask) | kept << dropped;
}

/// fp32 through registers of fp16 and back, where a program has nothing but fp32 and no fp32 Dst: the range ends at
/// 131008, infinities and NaNs included, and below 2^-14 all is 0.
constexpr Word through_fp16(Word value) {
  constexpr int rebias = 112, largest = 31;
  const int exponent = exponent_of(value) - rebias;
  if (exponent <= 0) return 0;
  if (exponent > largest) return compose(is_negative(value), largest + rebias, 0x7fe000u);
  return value & 0xffffe000u;
}

}  // namespace wattention::wormhole
