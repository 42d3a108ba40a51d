#pragma once
// The vector matmul's unit of work: 16 rows x 64 columns of the output over all of K, on packed operands.
//
// Why floats can do the silicon's integer steps (docs/numerics.md has the proof):
//  - A slice of a bf16 mantissa is a float, a product of two slices has 12 bits, and an FMA rounds once. Added to
//    1.5 * 2^23 * q, a product is rounded onto the grid q of its group, so eight FMAs in a row are a group's sum.
//  - Ties must go away from zero, but an FMA rounds them to even: the activation carries a factor 1 + 2^-16, which
//    lifts a tie over the half and nothing else.
//  - Sums then fit 17 bits of the accumulator's unit, and floor(x + 1/2 + 2^-14) is its two-step rounding.
#include <cstdint>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

inline constexpr int tile_size = 32;
inline constexpr int block_rows =
    16;  // A 2 KiB, exponents 4 + 4, Dst 4, B 8 KiB a tile of K: within a 32 KiB L1
inline constexpr int panel_cols = 64;  // a register of exponent bytes
inline constexpr int group_depth = 8;
inline constexpr int groups_per_tile = tile_size / group_depth;

/// Each operand is scaled by 2^12, Dst by 2^24: slices, and the accumulator's unit, are normal floats at every
/// exponent, whatever the process has told its CPU about denormals.
inline constexpr int operand_scale_bits = 12;
inline constexpr float operand_scale = 1 << operand_scale_bits;
/// One operand of a product carries it; a product's 12 bits cannot reach the next tie by it.
inline constexpr float tie_lift = 1.0f + 1.0f / 65536;
/// Of a float's pattern, what the higher slice of a mantissa keeps: the hidden bit and 6, the hidden bit and 4.
inline constexpr Word src_b_high = 0xfffe0000u;
inline constexpr Word src_a_high = 0xfff80000u;
inline constexpr int scale_bits = 2 * operand_scale_bits;
/// Beyond these an operand, or a sum of up to 2^20 products, leaves a float's range: such blocks go to the oracle.
inline constexpr int largest_operand_exponent = 254 - operand_scale_bits;
inline constexpr int largest_product_exponent = 254 - scale_bits - 30;
/// Products of at least this exponent need no care for underflow: even one unit of their sum is a normal bf16.
inline constexpr int smallest_easy_exponent = 11;

struct MatmulBlock {
  const float* activation[2];  // high, low slices [K/32][block_rows][32], times 2^12 (1 + 2^-16)
  const std::uint32_t*
      activation_distance;  // the same shape: largest exponent - exponent, four equal bytes
  const float* weight[2];   // high, low slices [K/32][32][panel_cols], times 2^12
  const std::uint8_t* weight_distance;  // the same shape; 255 for a zero
  int largest_exponent;                 // of activation + weight - 127
  std::int64_t tiles;                   // of K
  std::int64_t block_tiles;
  int phases;
  bool l1_accumulate;
  bool last_block_in_l1;
  bool fp32_dst;
  int partial_bits;  // of a magnitude in a block dtype, in which partials wait (with a 16-bit Dst); or 0
  std::uint32_t reloaded_bits;  // that the unpacker leaves of an fp32 partial
  bool easy_range;              // no product of nonzeros lies below smallest_easy_exponent
  Bits* out;                    // [block_rows][out_stride]
  Word* wide_out;               // in its place where operands are tf32 and the result is fp32
  std::int64_t out_stride;
  int out_cols;  // 32 or 64
};

/// Partials, scaled by 2^24, as a block dtype keeps them until the next block of K. So seldom that it needs no vectors.
void keep_in_blocks(float* partials, std::int64_t count, int magnitude_bits);

/// Biased exponents of the nonzero values seen.
struct ExponentRange {
  int smallest = 255;
  int largest = 0;
  bool empty() const { return smallest > largest; }
};

/// bf16 to pack: rows x cols, a multiple of 16 of them side by side.
struct PackSource {
  const Bits* bits;
  std::int64_t rows, cols;
  std::int64_t stride;  // of rows
};

/// Where the packing puts what MatmulBlock lists; `low` may be null where no phase reads it.
struct PackedActivationSlices {
  float* high;
  float* low;
  std::uint32_t* distance;
};
struct PackedPanelSlices {
  float* high;
  float* low;
  std::uint8_t* distance;
};

/// The kernels of an ISA. `largest` is the exponent that distances are counted from.
struct MatmulKernels {
  void (*block)(const MatmulBlock& block);
  ExponentRange (*extent)(const PackSource& from);
  void (*pack_activations)(const PackSource& from, int largest, const PackedActivationSlices& to);
  void (*pack_panel)(const PackSource& from, int largest, const PackedPanelSlices& to);
};
const MatmulKernels& matmul_kernels_avx512();
const MatmulKernels& matmul_kernels_avx2();

}  // namespace wattention::wormhole
