#pragma once
// layer_norm and rms_norm of rows: residual, mean, difference, squares, their mean, the inverse root, weight, bias. A
// mean is a sum, and times 1 over the width in the vector unit; the scaler of padding is 0.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/normalization: layernorm/device/kernels/compute/layernorm.cpp,
// kernel_util/compute/numeric.h.
#include <array>

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

inline WordSteps::Lanes means_of(const Word* columns, const NormWords& task,
                                 const NormNumerics& numerics, const WordSteps& steps) {
  const Widths widths = widths_of(numerics);
  WordSteps::Lanes means{};
  steps.row_sums(columns, task.cols, task.logical_cols, static_cast<int>(numerics.fidelity),
                 widths.dst, means.data());
  for (Word& word : steps.used(means))
    word = through_l1(stored(sfpu::multiply(word, task.share), widths.dst), widths);
  return means;
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

inline void norm_rows(const NormWords& rows, const NormNumerics& numerics, const WordSteps& steps) {
  const Widths widths = norm_of::widths_of(numerics);
  const StepOptions in_dst{widths, static_cast<int>(numerics.fidelity), false};
  const StepOptions in_l1{widths, in_dst.phases, true};
  Word* const values = rows.columns;
  const std::int64_t cols = rows.cols;
  if (rows.residual != nullptr) steps.add(values, cols, steps.of_all(rows.residual), in_l1, values);
  if (numerics.subtracts_mean) {
    WordSteps::Lanes means = norm_of::means_of(values, rows, numerics, steps);
    for (Word& mean : steps.used(means)) mean = sfpu::negate(mean);
    steps.add(values, cols, steps.of_lanes(means.data()), in_l1, values);
  }
  steps.multiply(values, cols, steps.of_all(values), in_l1, rows.squares);
  WordSteps::Lanes factors = norm_of::means_of(rows.squares, rows, numerics, steps);
  for (Word& factor : steps.used(factors)) factor = norm_of::inverse_root(factor, numerics);
  const bool weighed = rows.weight != nullptr, biased = rows.bias != nullptr;
  steps.multiply(values, cols, steps.of_lanes(factors.data()), weighed || biased ? in_l1 : in_dst,
                 values);
  if (weighed)
    steps.multiply(values, cols, steps.of_columns(rows.weight), biased ? in_l1 : in_dst, values);
  if (biased) steps.add(values, cols, steps.of_columns(rows.bias), in_dst, values);
}

}  // namespace wattention::wormhole::kernels::v0_81
