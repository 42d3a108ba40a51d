#pragma once
// The choices that decide digits, one name each. The silicon's are the defaults of every function here;
// tests derive from Silicon, change one, and show that a stored or a hand-computed vector notices.
#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/numerics/rounding.h"

namespace wattention::wormhole {

/// Who adds a K block onto what is in L1, see exec.
enum class LastBlock { reloaded, added_in_l1 };

/// What an fp32 partial keeps on its way back through SrcA.
enum class Reload { whole, tf32, bf16 };

struct Silicon {
  // Multiplier: Tenstorrent ISA documentation, WormholeB0 MatrixUnit, MVMUL.
  static constexpr bool flush_denormal_inputs = true;
  static constexpr int odd_phase_exponent = -5;    // SrcA's low bits weigh 2^-5 of its high ones
  static constexpr int upper_phase_exponent = -7;  // SrcB's last bit, 2^-7
  static constexpr bool zero_part_keeps_exponent = true;
  static constexpr bool weight_in_src_a = true;  // matmul's in1; SrcA has the 5-bit multiplier port
  static constexpr int group_size = 8;           // products aligned and summed together
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

  // Order of the matmul and reduce kernels
  static constexpr bool phases_outside_faces = true;
  static constexpr bool reduce_phases_outside_faces = false;
  static constexpr bool phases_ascend = true;

  // Packer, K blocks
  static constexpr Rounding l1_rounding = Rounding::half_even;
  static constexpr LastBlock last_block = LastBlock::reloaded;
  static constexpr Rounding pack_rounding = Rounding::half_up;
  static constexpr bool packer_flushes = true;
  static constexpr Reload reload = Reload::bf16;

  // ELWADD
  static constexpr Rounding addend_rounding = Rounding::half_up;
  static constexpr int addend_distance_limit = 12;

  // SFPU
  static constexpr bool sfpu_keeps_sticky_bit = true;
  static constexpr Rounding sfpu_rounding = Rounding::half_even;
  static constexpr Rounding store_rounding = Rounding::truncate;

  // Softmax of release 0.57
  static constexpr bool maximum_passes_packer = true;        // where a NaN becomes infinity
  static constexpr bool unpadded_row_passes_packer = false;  // its NaNs meet the maximum as numbers
  static constexpr Word exp_scale = 0x43b8aa3bu;             // 369.329926 = 2^8 / ln 2
  static constexpr Word exp_offset = 0x46fde9a3u;            // 32500.818
  static constexpr Word exp_clamp = 0xc2b10000u;             // -88.5
  static constexpr Rounding exp_integer_rounding = Rounding::half_up;
  static constexpr int reciprocal_newton_steps = 1;
  static constexpr int reduce_phases = 4;
  static constexpr int normalise_phases = 4;
};

}  // namespace wattention::wormhole
