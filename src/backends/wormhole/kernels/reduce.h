#pragma once
// The sum and the maximum of a row: tt-llk 7343d48f, tt_llk_wormhole_b0/llk_lib/llk_math_reduce.h.
#include <span>

#include "backends/wormhole/numerics/gmpool.h"
#include "backends/wormhole/numerics/mvmul.h"
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels {

struct Reduce : Silicon {
  static constexpr bool reduce_phases_outside_faces = false;
};

inline constexpr Bits one_bits = 0x3f80;

/// GAPOOL over a row, faces of 16 columns from left to right, the scaler being 1.
template <class Rules = Reduce>
constexpr Bits row_sum(std::span<const Bits> row, int phases) {
  std::array<Bits, mvmul_depth> ones{};
  ones.fill(one_bits);
  const int faces = static_cast<int>(row.size()) / mvmul_depth;
  Word dst = 0;
  for (int i = 0; i < faces * phases; ++i) {
    // Two faces a tile; mutations may put phases outside of the tile's faces.
    const int in_tile = i % (2 * phases);
    const int face =
        Rules::reduce_phases_outside_faces ? 2 * (i / (2 * phases)) + in_tile % 2 : i / phases;
    const int phase = Rules::reduce_phases_outside_faces ? in_tile / 2 : i % phases;
    dst = mvmul<Rules>(Depth16(row.data() + mvmul_depth * face, mvmul_depth), ones, phase, dst,
                       DstFormat::bf16);
  }
  return pack_bf16<Rules>(upper_half(dst));
}

/// What Dst holds on its way to L1 as bf16.
constexpr Bits pack_dst(Word dst, DstFormat format) {
  return format == DstFormat::fp32 ? round_to_bf16(dst) : pack_bf16(upper_half(dst));
}

/// GAPOOL down a column, faces of 16 rows from the top, each value times the scaler.
constexpr Bits column_sum(std::span<const Bits> column, Bits scaler, int phases, DstFormat format) {
  std::array<Bits, mvmul_depth> scalers{};
  scalers.fill(scaler);
  Word dst = 0;
  for (std::size_t face = 0; face < column.size(); face += mvmul_depth)
    for (int phase = 0; phase < phases; ++phase)
      dst = mvmul(Depth16(column.data() + face, mvmul_depth), scalers, phase, dst, format);
  return pack_dst(dst, format);
}

/// GAPOOL of a whole tile: of each face's columns onto sixteen sums, cut to bf16 on their way back into SrcA, then of
/// these. The scaler meets each value twice.
constexpr Bits tile_sum(std::span<const Bits> values, Bits scaler, int phases, DstFormat format) {
  constexpr std::size_t width = 2 * mvmul_depth;
  std::array<Bits, mvmul_depth> scalers{}, column{}, sums{};
  scalers.fill(scaler);
  for (std::size_t col = 0; col < mvmul_depth; ++col) {
    Word dst = 0;
    for (std::size_t face = 0; face < 4; ++face) {
      const std::size_t corner = face / 2 * mvmul_depth * width + face % 2 * mvmul_depth;
      for (std::size_t row = 0; row < mvmul_depth; ++row)
        column[row] = values[corner + row * width + col];
      for (int phase = 0; phase < phases; ++phase) dst = mvmul(column, scalers, phase, dst, format);
    }
    sums[col] = upper_half(dst);
  }
  Word dst = 0;
  for (int phase = 0; phase < phases; ++phase) dst = mvmul(sums, scalers, phase, dst, format);
  return pack_dst(dst, format);
}

/// In Dst: not packed yet.
template <class Rules = Reduce>
constexpr Bits row_max(std::span<const Bits> row) {
  Bits dst = lowest_bits;
  for (const Bits value : row) dst = gmpool<Rules>(value, dst);
  return dst;
}

}  // namespace wattention::wormhole::kernels
