#pragma once
// What the chip's units do: the choices that decide digits, one name each. They are the defaults of every function
// here. Tests change one at a time and show that a stored or a hand-computed vector notices.
// What a release's kernels do with the units is in kernels/.
#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rounding.h"

namespace wattention::wormhole {

/// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit.
struct MatrixUnit {
  // Multiplier
  static constexpr bool flush_denormal_inputs = true;
  static constexpr int odd_phase_exponent = -5;    // SrcA's low bits weigh 2^-5 of its high ones
  static constexpr int upper_phase_exponent = -7;  // SrcB's last bit, 2^-7
  static constexpr bool zero_part_keeps_exponent = true;
  static constexpr int group_size = 8;  // products aligned and summed together
  static constexpr int product_distance_limit = 30;
  static constexpr Rounding product_rounding = Rounding::half_up;
  static constexpr bool drop_groups_without_exponent = true;

  // Accumulator
  static constexpr bool negative_terms_round_up =
      true;  // toward +infinity: the "- s" of the magnitude
  static constexpr bool negative_dst_rounds_up = false;
  static constexpr int aligned_low_bits = 13;  // rounded off the aligned terms of a bf16 Dst
  static constexpr int term_distance_limit = 31;
  static constexpr Rounding dst_rounding = Rounding::half_up;
  static constexpr bool round_every_step = true;
  static constexpr bool flush_underflow = true;
  static constexpr bool saturate_to_infinity = true;
  static constexpr bool minus_one_shifts_short = true;  // the normaliser's quirk

  // ELWADD
  static constexpr Rounding addend_rounding = Rounding::half_up;
  static constexpr int addend_distance_limit = 12;
};

/// Source: Tenstorrent ISA documentation, WormholeB0 VectorUnit.
struct VectorUnit {
  static constexpr bool sfpu_keeps_sticky_bit = true;
  static constexpr Rounding sfpu_rounding = Rounding::half_even;
  static constexpr Rounding conversion_rounding =
      Rounding::half_up;  // SFP_STOCH_RND, deterministic
  static constexpr Rounding store_rounding = Rounding::truncate;
};

/// Source: Tenstorrent ISA documentation, WormholeB0 Packers.
struct Packer {
  static constexpr Rounding l1_rounding = Rounding::half_even;
  static constexpr Rounding pack_rounding = Rounding::half_up;
  static constexpr bool packer_flushes = true;
};

/// Source: Tenstorrent ISA documentation, WormholeB0 Unpackers, FormatConversion.
struct Unpacker {
  static constexpr Rounding unpack_rounding = Rounding::truncate;
};

struct Silicon : MatrixUnit, VectorUnit, Packer, Unpacker {};

}  // namespace wattention::wormhole
