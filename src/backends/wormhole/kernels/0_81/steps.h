#pragma once
// What kernels of several steps share. A value between two steps is a word: what the matrix unit reads of it, tf32 in
// fp32's place or bf16 in the upper half, which the unit multiplies and adds alike.
// TT-NN 0.81.1, ttnn/cpp/ttnn/kernel_lib: reduce_helpers_compute.inl, eltwise.
#include <algorithm>
#include <array>
#include <span>

#include "backends/wormhole/kernels/0_81/at_once.h"
#include "backends/wormhole/kernels/0_81/reciprocal.h"
#include "backends/wormhole/kernels/steps.h"
#include "backends/wormhole/kernels/word_steps.h"
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/mvmul.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/unpacker.h"

namespace wattention::wormhole::kernels::v0_81 {

inline constexpr std::size_t tile_width = 2 * mvmul_depth;

/// A Dst value as the next step reads it.
constexpr Word through_l1(Word dst, Widths widths) {
  if (widths.wide_buffers) return unpack_fp32(dst, UnpackedAs::tf32);
  return widen(steps::packed<Steps>(dst, widths.dst));
}

/// What the vector unit stores to Dst.
constexpr Word stored(Word value, DstFormat dst) {
  return steps::stored<Steps>(value, dst);
}

inline Word product(Word src_a, Word src_b, int phases, DstFormat format) {
  return format == DstFormat::fp32 ? at_once::product(src_a, src_b, phases)
                                   : at_once::product_of_16_bits(src_a, src_b, phases);
}

inline Word sum(Word src_a, Word src_b, DstFormat format) {
  return format == DstFormat::fp32 ? at_once::sum(src_a, src_b)
                                   : elwadd<Silicon, Word>(src_a, src_b, format);
}

/// Along a row, as a product with ones in SrcA: of each tile both faces in every phase.
/// tt_metal/tt-llk/tt_llk_wormhole_b0/llk_lib/llk_math_reduce.h.
inline Word row_sum(std::span<const Word> row, int phases, DstFormat format) {
  Word dst = 0;
  for (std::size_t from = 0; from < row.size(); from += tile_width)
    dst = at_once::row_of_tile(dst, row.subspan(from).first<tile_width>(), phases, format);
  return dst;
}

/// The last tile of a row onto Dst, where only the first `count` columns have a scaler, of 1.
constexpr Word partial_tile_sum(Word dst, std::span<const Word, tile_width> tile, std::size_t count,
                                int phases, DstFormat format) {
  std::array<Word, tile_width> scalers{};
  std::fill_n(scalers.begin(), count, sfpu::one);
  for (int phase = 0; phase < phases; ++phase)
    for (std::size_t face = 0; face < tile_width; face += mvmul_depth)
      dst = mvmul<Silicon, Word>(std::span<const Word>(scalers).subspan(face).first<mvmul_depth>(),
                                 tile.subspan(face).template first<mvmul_depth>(), phase, dst,
                                 format);
  return dst;
}

/// Down a column, faces of 16 rows from the top.
constexpr Word column_sum(std::span<const Word> column, Word scaler, int phases, DstFormat format) {
  std::array<Word, mvmul_depth> scalers{};
  scalers.fill(scaler);
  Word dst = 0;
  for (std::size_t face = 0; face < column.size(); face += mvmul_depth)
    for (int phase = 0; phase < phases; ++phase)
      dst = mvmul<Silicon, Word>(column.subspan(face).first<mvmul_depth>(), scalers, phase, dst,
                                 format);
  return dst;
}

/// GMPOOL over values as they lie in the source register.
constexpr Word largest_of(std::span<const Word> values) {
  Word largest = 0xffffffffu;
  for (const Word value : values) {
    const Word source = counts_as_zero(value) ? 0 : value;
    if (ordered_below(largest, source)) largest = source;
  }
  return largest;
}

/// 1 / dst in place. The approximate one of a 16-bit Dst is cut, the accurate one rounded.
constexpr Word reciprocal_in_dst(Word dst, bool approximate, DstFormat format) {
  if (format == DstFormat::fp32) return reciprocal_of::in_fp32(dst, approximate ? 1 : 2);
  return approximate ? stored(reciprocal_of::in_fp32(dst, 1), format)
                     : widen(reciprocal(upper_half(dst)));
}

}  // namespace wattention::wormhole::kernels::v0_81
