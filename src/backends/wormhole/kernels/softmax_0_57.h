#pragma once
// Softmax over a row, in the order of release 0.57's kernel. bf16 Dst throughout; a value goes through the packer
// between steps, as the kernel's circular buffers do, but for what is said below.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/kernels/compute/softmax.cpp.
#include <algorithm>

#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/kernels/reduce.h"

namespace wattention::wormhole::kernels {

struct Softmax057 : Elementwise, Exp, Reciprocal, Reduce {
  static constexpr bool maximum_passes_packer = true;        // where a NaN becomes infinity
  static constexpr bool unpadded_row_passes_packer = false;  // its NaNs meet the maximum as numbers
};

inline constexpr Bits minus_infinity_bits = 0xff80;

/// What the exponentials or differences start from. In a row with padding, columns from `logical_cols` on become
/// -infinity: the last tile meets the mask on the FPU, others are copied, and all go through the packer. A row
/// without padding is read as it lies in L1.
template <class Rules = Softmax057>
void mask_padding(std::span<const Bits> input, std::size_t logical_cols, std::span<Bits> out) {
  const bool padded = logical_cols % 32 != 0;
  const std::size_t masked_from = padded ? logical_cols / 32 * 32 : input.size();
  const bool packed = padded || Rules::unpadded_row_passes_packer;
  for (std::size_t i = 0; i < masked_from; ++i) out[i] = packed ? copy<Rules>(input[i]) : input[i];
  for (std::size_t i = masked_from; i < input.size(); ++i)
    out[i] = add<Rules>(input[i], i < logical_cols ? Bits{0} : minus_infinity_bits);
}

/// What numeric_stable subtracts.
template <class Rules = Softmax057>
Bits maximum_of(std::span<const Bits> row) {
  const Bits largest = row_max<Rules>(row);
  return Rules::maximum_passes_packer ? pack_bf16<Rules>(largest) : largest;
}

/// The exponential of a Dst value, as L1 then holds it.
template <class Rules = Softmax057>
constexpr Bits exponential(Bits value) {
  return pack_bf16<Rules>(exp_approx<Rules>(value));
}

/// 1 / sum, by which the exponentials are multiplied.
template <class Rules = Softmax057>
constexpr Bits scale_of(Bits sum) {
  return pack_bf16<Rules>(reciprocal_approx<Rules>(sum));
}

/// One row; `out` holds the exponentials on the way.
template <class Rules = Softmax057>
void softmax_row(std::span<const Bits> input, std::size_t logical_cols,
                 const SoftmaxNumerics& numerics, std::span<Bits> out) {
  mask_padding<Rules>(input, logical_cols, out);
  if (numerics.numeric_stable) {
    const Bits largest = maximum_of<Rules>(out);
    for (Bits& value : out) value = upper_half(elwsub<Rules>(value, largest, DstFormat::bf16));
  }
  std::ranges::transform(out, out.begin(), exponential<Rules>);
  const Bits scale = scale_of<Rules>(row_sum<Rules>(out, static_cast<int>(numerics.sum)));
  for (Bits& value : out)
    value = multiply<Rules>(value, scale, static_cast<int>(numerics.multiply));
}

}  // namespace wattention::wormhole::kernels
