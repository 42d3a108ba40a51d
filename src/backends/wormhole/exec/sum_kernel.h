#pragma once
// The block of sum_block.h written once; an ISA's file instantiates it with its vector operations V.
//
// Units as in matmul_kernel.h: exponents are fields of floats, scaled by 2^24.
#include <bit>

#include "backends/wormhole/exec/matmul_dst.h"
#include "backends/wormhole/exec/sum_block.h"
#include "backends/wormhole/numerics/product.h"

namespace wattention::wormhole {
namespace {

/// The scaler's slices as floats, times 2^12 (1 + 2^-16): high, low.
struct ScalerSlices {
  float slice[2];

  ScalerSlices(Bits scaler, Word high_mask) {
    const float value = std::bit_cast<float>(widen(scaler)) * operand_scale;
    const auto high = std::bit_cast<float>(std::bit_cast<Word>(value) & high_mask);
    slice[0] = high * tie_lift;
    slice[1] = (value - high) * tie_lift;
  }
};

template <class V, class Dst, SumProgram program>
struct SumKernelOf {
  using F = typename V::F;
  using I = typename V::I;
  static constexpr bool is_product = program == SumProgram::product;
  static constexpr std::int32_t exponent_mask = 0x7f800000;

  struct Workspace {
    alignas(64) float slice[2][tile_size][sum_lanes];  // high, low
    alignas(64) float exponent[groups_per_tile][sum_lanes];
    alignas(64) float dst[sum_lanes];
    alignas(64) float largest[sum_lanes];
  };

  static I load_ints(const float* p) { return V::as_ints(V::load(p)); }
  static void store_ints(float* p, I x) { V::store(p, V::as_floats(x)); }

  /// One tile's values as slices, and each group's largest exponent; zero where a group has none.
  static void split(const Bits* values, std::int64_t stride, Workspace& w) {
    const I high = V::all(static_cast<std::int32_t>(is_product ? src_b_high : src_a_high));
    for (int c = 0; c < sum_lanes; c += V::lanes) {
      I largest = load_ints(&w.largest[c]);
      for (int g = 0; g < groups_per_tile; ++g) {
        I nearest = V::all(0);
        for (int k = g * group_depth; k < (g + 1) * group_depth; ++k) {
          const I pattern = V::template shift_left<16>(V::load_halves(values + k * stride + c));
          const I exponent = V::both(pattern, V::all(exponent_mask));
          nearest = V::max(nearest, exponent);
          const F value = V::mul(V::where_greater(exponent, V::all(0), V::as_floats(pattern)),
                                 V::all(operand_scale));
          const F upper = V::as_floats(V::both(V::as_ints(value), high));
          V::store(&w.slice[0][k][c], upper);
          V::store(&w.slice[1][k][c], V::sub(value, upper));
        }
        store_ints(&w.exponent[g][c], nearest);
        largest = V::max(largest, nearest);
      }
      store_ints(&w.largest[c], largest);
    }
  }

  /// Of a group's products, scaled; zero_exponent where they count as zero. `adjustment` is a field.
  static I scaled_exponent(I nearest, I adjustment) {
    const I scaled = V::max(V::add(nearest, adjustment), V::all(zero_exponent));
    return V::select_greater(nearest, V::all(0), scaled, V::all(zero_exponent));
  }

  static F sum_group(const float* slice, F scaler, I exponent) {
    const F magic = V::as_floats(V::add(exponent, V::all(magic_offset)));
    F sum = magic;
    for (int k = 0; k < group_depth; ++k) sum = V::fma(V::load(slice + k * sum_lanes), scaler, sum);
    return V::where_greater(exponent, V::all(zero_exponent), V::sub(sum, magic));
  }

  /// 16 values of each lane onto Dst.
  static void add_face(const ScalerSlices& scaler, I adjustment, int phase, int face,
                       Workspace& w) {
    const int of_values = is_product ? phase / 2 : phase % 2;
    const F factor = V::all(scaler.slice[is_product ? phase % 2 : phase / 2]);
    for (int c = 0; c < sum_lanes; c += V::lanes) {
      const float* slice = &w.slice[of_values][face * 2 * group_depth][c];
      const I first = scaled_exponent(load_ints(&w.exponent[2 * face][c]), adjustment);
      const I second = scaled_exponent(load_ints(&w.exponent[2 * face + 1][c]), adjustment);
      float* dst = &w.dst[c];
      V::store(dst,
               Dst::accumulate(V::load(dst), sum_group(slice, factor, first), first,
                               sum_group(slice + group_depth * sum_lanes, factor, second), second));
    }
  }

  /// The field of what the scaler and the phase add to a value's exponent.
  static I adjustment(Bits scaler, int phase) {
    return V::all((exponent_of(scaler) + exponent_adjustment<>(phase) + scale_bits) * (1 << 23));
  }

  static void add_tile(const SumBlock& block, const ScalerSlices& scaler, Workspace& w) {
    for (int i = 0; i < 2 * block.phases; ++i) {
      const int phase = is_product ? i / 2 : i % block.phases;
      add_face(scaler, adjustment(block.scaler, phase), phase,
               is_product ? i % 2 : i / block.phases, w);
    }
  }

  static bool exponents_fit(const SumBlock& block, const Workspace& w) {
    const int scaler = exponent_of(block.scaler);
    const int most =
        std::min(largest_operand_exponent, largest_product_exponent - scaler + exponent_bias);
    for (const float lane : w.largest)
      if (exponent_of(std::bit_cast<Word>(lane)) > most) return false;
    return scaler <= largest_operand_exponent;
  }

  static bool run(const SumBlock& block) {
    Workspace w{};
    const ScalerSlices scaler(block.scaler, is_product ? src_a_high : src_b_high);
    for (std::int64_t k = 0; k < block.count; k += tile_size) {
      split(block.values + k * block.stride, block.stride, w);
      add_tile(block, scaler, w);
    }
    if (!exponents_fit(block, w)) return false;
    for (int c = 0; c < sum_lanes; c += V::lanes)
      V::store_upper_halves(block.out + c, Dst::packed(V::load(&w.dst[c])));
    return true;
  }
};

template <class V, SumProgram program>
bool sum_block_by(const SumBlock& block) {
  return block.fp32_dst ? SumKernelOf<V, DstFp32<V>, program>::run(block)
                        : SumKernelOf<V, DstBf16<V, false>, program>::run(block);
}

template <class V>
bool sum_block_of(const SumBlock& block) {
  return block.program == SumProgram::product ? sum_block_by<V, SumProgram::product>(block)
                                              : sum_block_by<V, SumProgram::pool>(block);
}

}  // namespace
}  // namespace wattention::wormhole
