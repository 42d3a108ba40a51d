#pragma once
// Softmax of release 0.57 and the elementwise ops, in the order of its kernels: the oracle.
// bf16 Dst throughout; a value goes through the packer between steps, as the kernels' circular buffers do.
#include <span>

#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/exp_approx.h"
#include "backends/wormhole/numerics/gmpool.h"
#include "backends/wormhole/numerics/mvmul.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/reciprocal_approx.h"

namespace wattention::wormhole::oracle {

inline constexpr Bits one_bits = 0x3f80;
inline constexpr Bits minus_infinity_bits = 0xff80;

/// ELWMUL in as many passes as the fidelity says, each rounding Dst.
template <class Rules = Silicon>
Bits multiply(Bits src_a, Bits src_b, int phases) {
  Word dst = 0;
  for (int i = 0; i < phases; ++i) {
    const int phase = Rules::phases_ascend ? i : phases - 1 - i;
    dst = elwmul<Rules>(src_a, src_b, phase, dst, DstFormat::bf16);
  }
  return pack_bf16<Rules>(upper_half(dst));
}

template <class Rules = Silicon>
Bits add(Bits a, Bits b) {
  return pack_bf16<Rules>(upper_half(elwadd<Rules>(a, b, DstFormat::bf16)));
}

template <class Rules = Silicon>
Bits subtract(Bits a, Bits b) {
  return pack_bf16<Rules>(upper_half(elwsub<Rules>(a, b, DstFormat::bf16)));
}

/// The copy to Dst and the packer: all that a moving op changes.
template <class Rules = Silicon>
Bits copy(Bits value) {
  return pack_bf16<Rules>(value);
}

/// GAPOOL over a row, faces of 16 columns from left to right, the scaler being 1.
template <class Rules = Silicon>
Bits row_sum(std::span<const Bits> row) {
  std::array<Bits, mvmul_depth> ones;
  ones.fill(one_bits);
  const int phases = Rules::reduce_phases;
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

template <class Rules = Silicon>
Bits row_max(std::span<const Bits> row) {
  Bits dst = lowest_bits;
  for (const Bits value : row) dst = gmpool<Rules>(value, dst);
  return Rules::maximum_passes_packer ? pack_bf16<Rules>(dst) : dst;
}

/// What the exponentials or differences start from. In a row with padding, columns from `logical_cols` on become
/// -infinity: the last tile meets the mask on the FPU, others are copied, and all go through the packer. A row
/// without padding is read as it lies in L1.
template <class Rules = Silicon>
void mask_padding(std::span<const Bits> input, std::size_t logical_cols, std::span<Bits> out) {
  const bool padded = logical_cols % 32 != 0;
  const std::size_t masked_from = padded ? logical_cols / 32 * 32 : input.size();
  const bool packed = padded || Rules::unpadded_row_passes_packer;
  for (std::size_t i = 0; i < masked_from; ++i) out[i] = packed ? copy<Rules>(input[i]) : input[i];
  for (std::size_t i = masked_from; i < input.size(); ++i)
    out[i] = add<Rules>(input[i], i < logical_cols ? Bits{0} : minus_infinity_bits);
}

/// One row; `out` holds the exponentials on the way.
template <class Rules = Silicon>
void softmax_row(std::span<const Bits> input, std::size_t logical_cols, bool numeric_stable,
                 std::span<Bits> out) {
  mask_padding<Rules>(input, logical_cols, out);
  if (numeric_stable) {
    const Bits largest = row_max<Rules>(out);
    for (Bits& value : out) value = upper_half(elwsub<Rules>(value, largest, DstFormat::bf16));
  }
  for (Bits& value : out) value = pack_bf16<Rules>(exp_approx<Rules>(value));
  const Bits scale = pack_bf16<Rules>(reciprocal_approx<Rules>(row_sum<Rules>(out)));
  for (Bits& value : out) value = multiply<Rules>(value, scale, Rules::normalise_phases);
}

}  // namespace wattention::wormhole::oracle
