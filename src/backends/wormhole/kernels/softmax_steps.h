#pragma once
// Softmax over a row as release 0.57's kernel takes it with any of its options: scale and mask, a 32-bit Dst, accurate
// exponentials. softmax_0_57.h has the plain case, of which tests break one rule at a time.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/kernels/compute/softmax.cpp.
#include <vector>

#include "backends/wormhole/kernels/softmax_0_57.h"
#include "backends/wormhole/kernels/steps.h"

namespace wattention::wormhole::kernels {

struct SoftmaxSteps : Softmax057 {
  static constexpr UnpackedAs step_sources = Steps::step_sources;
  static constexpr bool row_sum_is_cut_after_each_tile = Steps::row_sum_is_cut_after_each_tile;
};

/// One row: spans of the padded width. An empty mask is none, and then nothing is scaled.
struct SoftmaxRow {
  std::span<const Bits> input, mask;
  Bits scale = one_bits;
  std::size_t logical_cols;
};

namespace softmax {

constexpr DstFormat format_of(const SoftmaxNumerics& numerics) {
  return numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16;
}

template <class Rules>
constexpr Word exponential_in_dst(Word x, const SoftmaxNumerics& numerics) {
  if (!numerics.approximate) return exp_of::accurate<Rules>(x);
  const Word clamped = clamp_from_below(x, Rules::exp_clamp);
  return round_to_uint16<Rules>(sfpmad<Rules>(clamped, Rules::exp_scale, Rules::exp_offset)) << 15;
}

/// What Dst holds before the exponentials: scaled and masked, or the row with its padding masked.
template <class Rules>
std::vector<Word> scores_of(const SoftmaxRow& row, const SoftmaxNumerics& numerics) {
  const DstFormat format = format_of(numerics);
  std::vector<Word> scores(row.input.size());
  if (row.mask.empty()) {
    std::vector<Bits> masked(row.input.size());
    mask_padding<Rules>(row.input, row.logical_cols, masked);
    std::ranges::transform(masked, scores.begin(), widen);
    return scores;
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Word scaled =
        steps::product<Rules>(row.input[i], row.scale, static_cast<int>(numerics.multiply), format);
    scores[i] = elwadd<Rules>(steps::through_l1<Rules>(scaled, format), row.mask[i], format);
  }
  return scores;
}

template <class Rules>
void subtract_maximum(std::vector<Word>& scores, DstFormat format) {
  std::vector<Bits> row(scores.size());
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = format == DstFormat::bf16 ? upper_half(scores[i])
                                       : steps::through_l1<Rules>(scores[i], format);
  const Bits largest = maximum_of<Rules>(row);
  for (std::size_t i = 0; i < row.size(); ++i) scores[i] = elwsub<Rules>(row[i], largest, format);
}

}  // namespace softmax

/// `out` holds the exponentials on the way.
template <class Rules = SoftmaxSteps>
void softmax_row(const SoftmaxRow& row, const SoftmaxNumerics& numerics, std::span<Bits> out) {
  const DstFormat format = softmax::format_of(numerics);
  std::vector<Word> scores = softmax::scores_of<Rules>(row, numerics);
  if (numerics.numeric_stable) softmax::subtract_maximum<Rules>(scores, format);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = steps::through_l1<Rules>(
        steps::stored<Rules>(softmax::exponential_in_dst<Rules>(scores[i], numerics), format),
        format);
  const Word sum = steps::row_sum<Rules>(out, one_bits, static_cast<int>(numerics.sum), format);
  const Bits factor = steps::through_l1<Rules>(
      steps::reciprocal_in_dst<Rules>(sum, numerics.approximate, format), format);
  for (Bits& value : out)
    value = steps::packed<Rules>(
        steps::product<Rules>(value, factor, static_cast<int>(numerics.multiply), format), format,
        numerics.into_blocks);
}

}  // namespace wattention::wormhole::kernels
