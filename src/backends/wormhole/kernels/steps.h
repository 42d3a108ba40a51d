#pragma once
// What kernels of several steps share: how a value gets from one step to the next.
//
// With a 32-bit Dst the buffers between the steps hold fp32. All the same each step reads bf16: such a kernel tells the
// matrix unit once that its sources hold bf16, as its input does, and no later step tells it anything else
// (tt-llk 7343d48f, tt_llk_wormhole_b0/llk_lib/llk_math_common.h: a new format reaches the unit for integers only).
#include <array>
#include <span>

#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/mvmul.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/unpacker.h"

namespace wattention::wormhole::kernels {

struct Steps : Reciprocal {
  static constexpr UnpackedAs step_sources = UnpackedAs::bf16;
  static constexpr bool row_sum_is_cut_after_each_tile = true;
};

namespace steps {

inline constexpr int faces_of_a_tile = 2;  // side by side

/// A Dst value as the next step reads it.
template <class Rules>
constexpr Bits through_l1(Word dst, DstFormat format) {
  if (format == DstFormat::bf16) return pack_bf16<Rules>(upper_half(dst));
  return upper_half(unpack_fp32<Rules>(dst, Rules::step_sources));
}

/// A Dst value as it leaves; on its way into blocks a 32-bit one is cut, and rounded there.
template <class Rules>
constexpr Bits packed(Word dst, DstFormat format, bool into_blocks = false) {
  return format == DstFormat::fp32 && !into_blocks ? round_to_bf16<Rules>(dst)
                                                   : pack_bf16<Rules>(upper_half(dst));
}

/// What the vector unit stores to Dst.
template <class Rules>
constexpr Word stored(Word value, DstFormat format) {
  return format == DstFormat::fp32 ? value : widen(store_to_bf16<Rules>(value));
}

template <class Rules>
constexpr Word product(Bits src_a, Bits src_b, int phases, DstFormat format) {
  Word dst = 0;
  for (int phase = 0; phase < phases; ++phase)
    dst = elwmul<Rules>(src_a, src_b, phase, dst, format);
  return dst;
}

/// GAPOOL along a row, each value times the scaler. After each tile the row of sums turns into a column on its way
/// through SrcB, which holds bf16, so a 32-bit sum is cut there (tt-llk 7343d48f, llk_lib/llk_math_reduce.h).
template <class Rules>
constexpr Word row_sum(std::span<const Bits> row, Bits scaler, int phases, DstFormat format) {
  std::array<Bits, mvmul_depth> scalers{};
  scalers.fill(scaler);
  Word dst = 0;
  for (std::size_t face = 0; face < row.size() / mvmul_depth; ++face) {
    const Depth16 columns(row.data() + face * mvmul_depth, mvmul_depth);
    for (int phase = 0; phase < phases; ++phase)
      dst = mvmul<Rules>(columns, scalers, phase, dst, format);
    if (face % faces_of_a_tile == 1 && Rules::row_sum_is_cut_after_each_tile)
      dst = widen(upper_half(dst));
  }
  return dst;
}

/// 1 / dst in place. Only the accurate one of a 16-bit Dst is rounded.
template <class Rules>
constexpr Word reciprocal_in_dst(Word dst, bool approximate, DstFormat format) {
  const Word inverse = reciprocal::of<Rules>(
      dst, approximate ? Rules::approximate_newton_steps : Rules::accurate_newton_steps);
  const bool rounds = format == DstFormat::bf16 && !approximate;
  return stored<Rules>(rounds ? round_to_upper_half<Rules>(inverse) : inverse, format);
}

}  // namespace steps
}  // namespace wattention::wormhole::kernels
