#pragma once
// Matmul, an element at a time: who stands where, and the order of phases and faces.
// tt-llk 7343d48f, tt_llk_wormhole_b0/llk_lib/llk_math_matmul.h.
// K: depth, in tiles of 32; a block is `block_tiles` of them, computed in Dst without leaving it.
#include <array>
#include <span>

#include "backends/wormhole/kernels/k_blocks.h"
#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/numerics/block_float.h"
#include "backends/wormhole/numerics/mvmul.h"

namespace wattention::wormhole::kernels {

struct Matmul : KBlocks {
  static constexpr bool weight_in_src_a = true;  // in1; SrcA has the 5-bit multiplier port
  static constexpr bool phases_outside_faces = true;
};

inline constexpr std::int64_t tile = 32;

constexpr DstFormat dst_format(const MatmulNumerics& numerics) {
  return numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16;
}

/// One phase of one face: 16 of K.
template <class Rules, class Src>
constexpr Word multiply_face(const Src* a, const Src* b, int phase, Word dst, DstFormat format) {
  const Depth16Of<Src> activation(a, mvmul_depth);
  const Depth16Of<Src> weight(b, mvmul_depth);
  return Rules::weight_in_src_a ? mvmul<Rules, Src>(weight, activation, phase, dst, format)
                                : mvmul<Rules, Src>(activation, weight, phase, dst, format);
}

/// One tile of K: every phase over both faces, then the next phase.
template <class Rules, class Src>
constexpr Word multiply_tile(const Src* a, const Src* b, int phases, Word dst, DstFormat format) {
  for (int i = 0; i < 2 * phases; ++i) {
    const int phase = Rules::phases_outside_faces ? i / 2 : i % phases;
    const int face = Rules::phases_outside_faces ? i % 2 : i / phases;
    dst = multiply_face<Rules>(a + 16 * face, b + 16 * face, phase, dst, format);
  }
  return dst;
}

/// One block of K onto what is in Dst.
template <class Rules, class Src>
constexpr Word multiply_block(const Src* a, const Src* b, const MatmulNumerics& numerics, Word dst,
                              DstFormat format) {
  for (std::int64_t k = 0; k < numerics.block_tiles * tile; k += tile)
    dst = multiply_tile<Rules>(a + k, b + k, static_cast<int>(numerics.fidelity), dst, format);
  return dst;
}

/// A row of a times a column of b (both contiguous, `depth` long) as the last block leaves it in Dst, or in L1.
template <class Rules, class Src>
constexpr Word matmul_sum(const Src* a, const Src* b, std::int64_t depth,
                          const MatmulNumerics& numerics) {
  const DstFormat format = dst_format(numerics);
  const UnpackedAs as =
      numerics.reload_tf32 ? UnpackedAs::tf32 : static_cast<UnpackedAs>(Rules::reload_format);
  const std::int64_t block = numerics.block_tiles * tile;
  Word partial = 0;  // in L1
  for (std::int64_t begin = 0; begin < depth; begin += block) {
    const bool last = begin + block >= depth;
    const bool reload = !numerics.l1_accumulate || (last && !numerics.last_block_in_l1 &&
                                                    Rules::last_block == LastBlock::reloaded);
    const Word before = begin > 0 && reload ? reload_partial<Rules>(partial, format, as) : 0;
    const Word dst = multiply_block<Rules>(a + begin, b + begin, numerics, before, format);
    const Word packed = last && reload ? dst : pack_partial<Rules>(dst, format);
    partial = begin > 0 && !reload ? add_in_l1<Rules>(partial, packed, format) : packed;
  }
  return partial;
}

/// As it leaves the packer.
template <class Rules = Matmul>
constexpr Bits matmul_element(const Bits* a, const Bits* b, std::int64_t depth,
                              const MatmulNumerics& numerics) {
  return round_to_bf16<Rules>(matmul_sum<Rules>(a, b, depth, numerics));
}

/// 16 neighbours of a result whose partials wait in one block of shared exponents (a 16-bit Dst). `columns`: those of b
/// one after the other, each contiguous and `depth` long.
template <class Rules = Matmul>
constexpr std::array<Bits, block_length> matmul_neighbours(const Bits* a, const Bits* columns,
                                                           std::int64_t depth,
                                                           const MatmulNumerics& numerics) {
  std::array<Bits, block_length> partials{};
  const std::int64_t block = numerics.block_tiles * tile;
  for (std::int64_t begin = 0; begin < depth; begin += block) {
    for (std::size_t i = 0; i < block_length; ++i) {
      const Bits* column = columns + static_cast<std::int64_t>(i) * depth + begin;
      const Word dst =
          multiply_block<Rules>(a + begin, column, numerics, widen(partials[i]), DstFormat::bf16);
      partials[i] = pack_bf16<Rules>(upper_half(dst));
    }
    if (begin + block < depth)
      pack_block<Rules>(std::span(partials), {.magnitude_bits = numerics.partial_bits});
  }
  return partials;
}

/// Of tf32 operands in fp32's place, with an fp32 Dst; packed as it is.
template <class Rules = Matmul>
constexpr Word matmul_element(const Word* a, const Word* b, std::int64_t depth,
                              const MatmulNumerics& numerics) {
  return matmul_sum<Rules>(a, b, depth, numerics);
}

}  // namespace wattention::wormhole::kernels
