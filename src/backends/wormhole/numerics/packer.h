#pragma once
// The packer: from Dst to L1, and onto what L1 holds.
// Source: Tenstorrent ISA documentation, WormholeB0 Packers, FormatConversion; a public functional simulator.
#include "backends/wormhole/numerics/accumulate.h"
#include "backends/wormhole/numerics/add_nearest_even.h"

namespace wattention::wormhole {

/// bf16 on its way to L1: denormals and -0 become +0, NaNs the infinity of their sign.
template <class Rules = Silicon>
constexpr Bits pack_bf16(Bits value) {
  if (!Rules::packer_flushes) return value;
  if ((value & 0x7fffu) > 0x7f80u) return static_cast<Bits>((value & 0x8000u) | 0x7f80u);
  return exponent_of(value) == 0 ? Bits{0} : value;
}

/// From either Dst to L1 in its own width: 32 bits stay as they are.
template <class Rules = Silicon>
constexpr Bits pack(Bits value) {
  return pack_bf16<Rules>(value);
}
template <class Rules = Silicon>
constexpr Word pack(Word value) {
  return value;
}

/// fp32 Dst to bf16: ties away from zero.
template <class Rules = Silicon>
constexpr Bits round_to_bf16(Word value) {
  const Word magnitude = std::min(value & ~sign_mask, infinity(false));
  const auto rounded = static_cast<Word>(drop_bits(magnitude, 16, Rules::pack_rounding));
  return pack_bf16<Rules>(static_cast<Bits>(value >> 16 & 0x8000u) | static_cast<Bits>(rounded));
}

/// The packed form of a Dst value, as L1 holds it for another K block (bf16 in the upper half, or fp32).
template <class Rules = Silicon>
constexpr Word pack_partial(Word dst, DstFormat format) {
  return format == DstFormat::bf16 ? widen(pack_bf16<Rules>(upper_half(dst))) : dst;
}

/// L1 accumulation, old + block. A NaN in L1 acts as a number beyond all finite ones.
template <class Rules = Silicon>
constexpr Word add_in_l1(Word old, Word block, DstFormat format) {
  const Word infinite = infinity(false);
  const Word old_magnitude = old & ~sign_mask;
  if (old_magnitude > infinite && format == DstFormat::fp32) return not_a_number;
  if ((block & ~sign_mask) == infinite)
    return old_magnitude == infinite && old != block ? not_a_number : block;
  if (old_magnitude >= infinite) return infinity(is_negative(old));
  return add_finite<Rules>(old, block, format == DstFormat::bf16 ? 8 : 24);
}

}  // namespace wattention::wormhole
