#pragma once
// Softmax over a row, and over a line along any dimension. Differences from the largest value and their exponentials
// are one step; so are the sum and its reciprocal.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/normalization/softmax/device/kernels/attention/compute/softmax.cpp;
// ttnn/cpp/ttnn/operations/moreh/moreh_softmax/device/kernels: moreh_softmax_h.cpp, moreh_softmax_c_large.cpp.
#include <algorithm>
#include <array>
#include <vector>

#include "backends/wormhole/kernels/0_81/exp.h"
#include "backends/wormhole/kernels/0_81/exp_fp32.h"
#include "backends/wormhole/kernels/0_81/steps.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/kernels/softmax_words.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace softmax_of {

inline constexpr Word minus_infinity = infinity(true);

constexpr Widths widths_of(const SoftmaxNumerics& numerics) {
  return {numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16, numerics.wide_buffers};
}

constexpr Word exponential(Word x, bool approximate, DstFormat dst) {
  if (approximate) return stored(exp_approx<Exp, Word>(x), dst);
  return dst == DstFormat::fp32 ? exp_fp32(x) : widen(exp(upper_half(x)));
}

/// The same from memory: differences have twelve bits and few exponents, so that rows share most of theirs.
inline Word remembered_exponential(Word x, bool approximate, DstFormat dst) {
  struct Entry {
    Word x, value;
  };
  constexpr std::size_t entries = 1u << 15;  // all mantissas for 16 exponents
  thread_local std::array<std::vector<Entry>, 4> memories;
  std::vector<Entry>& memory = memories[(approximate ? 1 : 0) + (dst == DstFormat::fp32 ? 2 : 0)];
  if (memory.empty()) memory.assign(entries, {0, exponential(0, approximate, dst)});
  Entry& entry = memory[x >> 12 & (entries - 1)];
  if (entry.x != x) entry = {x, exponential(x, approximate, dst)};
  return entry.value;
}

/// A maximum as it comes back from its buffer: where that is of 16 bits, a NaN as an infinity.
constexpr Word packed_largest(std::span<const Word> row, Widths widths) {
  const Word largest = largest_of(row);
  return widths.wide_buffers ? largest : widen(pack_bf16(upper_half(largest)));
}

/// The last tile of a row with padding meets the mask.
inline std::vector<Word> masked_padding(const SoftmaxWords& row, Widths widths) {
  std::vector<Word> out(row.input.begin(), row.input.end());
  if (row.logical_cols == out.size()) return out;
  for (std::size_t i = out.size() - tile_width; i < out.size(); ++i)
    out[i] = v0_81::sum(out[i], i < row.logical_cols ? 0 : minus_infinity, widths.dst);
  return out;
}

inline std::vector<Word> scaled_and_masked(const SoftmaxWords& row, int phases, Widths widths) {
  std::vector<Word> out(row.input.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Word scaled = through_l1(product(row.input[i], row.scale, phases, widths.dst), widths);
    out[i] = v0_81::sum(scaled, row.mask[i], widths.dst);
  }
  return out;
}

}  // namespace softmax_of

/// What Dst holds at the end.
inline void softmax_row(const SoftmaxWords& row, const SoftmaxNumerics& numerics,
                        std::span<Word> out) {
  const Widths widths = softmax_of::widths_of(numerics);
  const int phases = static_cast<int>(numerics.multiply);
  const bool masked = !row.mask.empty();
  std::vector<Word> values = masked ? softmax_of::scaled_and_masked(row, phases, widths)
                                    : softmax_of::masked_padding(row, widths);
  if (numerics.numeric_stable) {
    if (masked || row.logical_cols < values.size())  // else they are read as they lie
      for (Word& value : values) value = through_l1(value, widths);
    const Word largest = softmax_of::packed_largest(values, widths);
    const Word subtracted = largest ^ sign_mask;
    for (Word& value : values) value = v0_81::sum(value, subtracted, widths.dst);
  }
  for (Word& value : values)
    value = through_l1(softmax_of::remembered_exponential(value, numerics.approximate, widths.dst),
                       widths);
  const Word sum = row_sum(values, static_cast<int>(numerics.sum), widths.dst);
  // Of a 32-bit Dst the accurate one whatever the exponentials are, and it stays in 32 bits.
  const bool wide_sum = widths.dst == DstFormat::fp32;
  const Word inverse =
      through_l1(reciprocal_in_dst(sum, numerics.approximate && !wide_sum, widths.dst),
                 {widths.dst, wide_sum});
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = product(values[i], inverse, phases, widths.dst);
}

/// One line along the height. Elements beyond `logical` count as 0 for the maximum, and for nothing else.
inline void softmax_line(std::span<const Word> line, std::size_t logical,
                         const SoftmaxNumerics& numerics, std::span<Word> out) {
  const Widths widths = softmax_of::widths_of(numerics);
  const int phases = static_cast<int>(numerics.multiply);
  std::vector<Word> values(line.begin(), line.end());
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(logical), values.end(), 0);
  const Word subtracted = softmax_of::packed_largest(values, widths) ^ sign_mask;
  for (std::size_t i = 0; i < logical; ++i) {
    const Word difference = through_l1(v0_81::sum(values[i], subtracted, widths.dst), widths);
    values[i] =
        through_l1(softmax_of::remembered_exponential(difference, false, widths.dst), widths);
  }
  const Word sum = column_sum(values, sfpu::one, phases, widths.dst);
  const Word inverse = through_l1(reciprocal_in_dst(sum, numerics.approximate, widths.dst), widths);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = product(values[i], inverse, phases, widths.dst);
}

/// One element of each matrix: the vector unit's maximum, and sums through L1.
inline void softmax_across(std::span<const Word> line, const SoftmaxNumerics& numerics,
                           std::span<Word> out) {
  const Widths widths = softmax_of::widths_of(numerics);
  Word largest = line[0];
  for (const Word value : line) largest = ordered_below(largest, value) ? value : largest;
  const Word subtracted = softmax_of::packed_largest({&largest, 1}, widths) ^ sign_mask;
  Word sum = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Word difference = through_l1(v0_81::sum(line[i], subtracted, widths.dst), widths);
    out[i] = through_l1(softmax_of::remembered_exponential(difference, false, widths.dst), widths);
    sum = i == 0 ? out[0] : through_l1(v0_81::sum(sum, out[i], widths.dst), widths);
  }
  const Word inverse = through_l1(reciprocal_in_dst(sum, numerics.approximate, widths.dst), widths);
  for (Word& value : out)
    value = product(value, inverse, static_cast<int>(numerics.multiply), widths.dst);
}

}  // namespace wattention::wormhole::kernels::v0_81
