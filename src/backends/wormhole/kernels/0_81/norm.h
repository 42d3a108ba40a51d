#pragma once
// layer_norm and rms_norm of a row: residual, mean, difference, squares, their mean, the inverse root, weight, bias. A
// mean is a sum, and times 1 over the width in the vector unit; the scaler of padding is 0.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/normalization: layernorm/device/kernels/compute/layernorm.cpp,
// kernel_util/compute/numeric.h.
#include <vector>

#include "backends/wormhole/kernels/0_81/roots.h"
#include "backends/wormhole/kernels/0_81/steps.h"
#include "backends/wormhole/kernels/norm_words.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace norm_of {

constexpr Widths widths_of(const NormNumerics& numerics) {
  return {numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16, numerics.fp32_accumulate};
}

/// 1 / sqrt(x) to ten bits.
constexpr Word approximate_inverse_root(Word x) {
  const Word to_infinity = infinity(false) - x;
  if (to_infinity == 0 || root_of::is_zero(x)) return to_infinity;
  if (sfpu::below_zero(x)) return root_of::not_a_root;
  const Word y = 0x5f0b3892u - (x >> 1);
  return sfpu::multiply(
      y, sfpmad(sfpu::negate(y), sfpu::multiply(x, y), sfpu::constant(1.89099014875f)));
}

inline Word mean_of(std::span<const Word> row, const NormWords& task,
                    const NormNumerics& numerics) {
  const Widths widths = widths_of(numerics);
  const int phases = static_cast<int>(numerics.fidelity);
  const std::size_t whole = task.logical_cols / tile_width * tile_width;
  Word dst = row_sum(row.first(whole), phases, widths.dst);
  if (whole < row.size())
    dst = partial_tile_sum(dst, row.subspan(whole).first<tile_width>(), task.logical_cols - whole,
                           phases, widths.dst);
  return through_l1(stored(sfpu::multiply(dst, task.share), widths.dst), widths);
}

inline Word inverse_root(Word mean_square, const NormNumerics& numerics) {
  const Widths widths = widths_of(numerics);
  const Word dst = elwadd<Silicon, Word>(mean_square, widen(numerics.epsilon), widths.dst);
  const Word root =
      numerics.approximate ? approximate_inverse_root(dst) : root_of::inverse(dst, false);
  const bool rounds = widths.dst == DstFormat::bf16;
  return through_l1(rounds ? stored(round_to_upper_half(root), widths.dst) : root, widths);
}

}  // namespace norm_of

/// What Dst holds at the end.
inline void norm_row(const NormWords& row, const NormNumerics& numerics, std::span<Word> out) {
  const Widths widths = norm_of::widths_of(numerics);
  const int phases = static_cast<int>(numerics.fidelity);
  const auto next = [&](Word dst) { return through_l1(dst, widths); };
  const auto sum = [&](Word a, Word b) { return v0_81::sum(a, b, widths.dst); };
  std::vector<Word> values(row.input.begin(), row.input.end()), squares(values.size());
  if (!row.residual.empty())
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = next(sum(values[i], row.residual[i]));
  if (numerics.subtracts_mean) {
    const Word subtracted = sfpu::negate(norm_of::mean_of(values, row, numerics));
    for (Word& value : values) value = next(sum(value, subtracted));
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    squares[i] = next(product(values[i], values[i], phases, widths.dst));
  const Word factor = norm_of::inverse_root(norm_of::mean_of(squares, row, numerics), numerics);
  for (std::size_t i = 0; i < out.size(); ++i) {
    Word dst = product(values[i], factor, phases, widths.dst);
    if (!row.weight.empty()) dst = product(next(dst), row.weight[i], phases, widths.dst);
    if (!row.bias.empty()) dst = sum(next(dst), row.bias[i]);
    out[i] = dst;
  }
}

}  // namespace wattention::wormhole::kernels::v0_81
