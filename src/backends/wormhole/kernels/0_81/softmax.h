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
constexpr Word packed_maximum(Word largest, Widths widths) {
  return widths.wide_buffers ? largest : widen(pack_bf16(upper_half(largest)));
}

/// Of a difference, or of what is read, as the next step reads it.
template <bool approximate, DstFormat dst, bool wide_buffers>
Word exponential_in_l1(Word x) {
  return through_l1(remembered_exponential(x, approximate, dst), {dst, wide_buffers});
}

/// From where 1 - x rounds to 1 in either width, to where a mask begins.
inline constexpr int least_exponent = 96, exponents = 55;

template <bool approximate, DstFormat dst, bool wide_buffers>
const Word* exponential_values() {
  static const std::vector<Word> values = [] {
    std::vector<Word> filled;
    const Word first = Word{least_exponent} << WordTable::fraction_bits;
    const Word last = Word{least_exponent + exponents} << WordTable::fraction_bits;
    for (const Word sign : {Word{0}, sign_mask})
      for (Word i = first; i < last; ++i)
        filled.push_back(through_l1(exponential(sign | i << WordTable::low_bits, approximate, dst),
                                    {dst, wide_buffers}));
    return filled;
  }();
  return values.data();
}

template <bool approximate, DstFormat dst, bool wide_buffers>
inline constexpr WordTable exponential_table{least_exponent, exponents,
                                             exponential_in_l1<approximate, dst, wide_buffers>,
                                             exponential_values<approximate, dst, wide_buffers>};

inline const WordTable& exponentials(bool approximate, Widths widths) {
  const auto of_dst = [&]<DstFormat dst>() -> const WordTable& {
    if (approximate)
      return widths.wide_buffers ? exponential_table<true, dst, true>
                                 : exponential_table<true, dst, false>;
    return widths.wide_buffers ? exponential_table<false, dst, true>
                               : exponential_table<false, dst, false>;
  };
  return widths.dst == DstFormat::fp32 ? of_dst.template operator()<DstFormat::fp32>()
                                       : of_dst.template operator()<DstFormat::bf16>();
}

/// Where the last tile has padding it meets minus infinity, and all of the tile an addition.
inline void mask_padding(const SoftmaxWords& rows, const StepOptions& options,
                         const WordSteps& steps) {
  constexpr auto width = static_cast<std::int64_t>(tile_width);
  const std::int64_t first = rows.cols - width;
  std::array<Word, tile_width> mask;
  mask.fill(minus_infinity);
  std::fill_n(mask.begin(), rows.logical_cols - first, 0);
  Word* const tile = rows.columns + first * steps.lanes;
  steps.add(tile, width, steps.of_columns(mask.data()), options, tile);
}

inline void subtract_largest(const SoftmaxWords& rows, const StepOptions& options,
                             const WordSteps& steps) {
  WordSteps::Lanes subtracted{};
  steps.largest(rows.columns, rows.cols, subtracted.data());
  for (Word& word : steps.used(subtracted)) word = packed_maximum(word, options.widths) ^ sign_mask;
  steps.add(rows.columns, rows.cols, steps.of_lanes(subtracted.data()), options, rows.columns);
}

}  // namespace softmax_of

inline void softmax_rows(const SoftmaxWords& rows, const SoftmaxNumerics& numerics,
                         const WordSteps& steps) {
  const Widths widths = softmax_of::widths_of(numerics);
  const StepOptions in_dst{widths, static_cast<int>(numerics.multiply), false};
  const StepOptions in_l1{widths, in_dst.phases, true};
  const bool is_padded = rows.logical_cols < rows.cols;
  if (rows.mask != nullptr) {
    const StepOperand scale{&rows.scale, 0, 0};
    steps.multiply(rows.columns, rows.cols, scale, in_l1, rows.columns);
    steps.add(rows.columns, rows.cols, steps.of_all(rows.mask), in_dst, rows.columns);
  } else if (is_padded) {
    softmax_of::mask_padding(rows, in_dst, steps);
  }
  if (numerics.numeric_stable) {
    if (rows.mask != nullptr || is_padded)  // else they are read as they lie
      steps.through_l1(rows.columns, rows.cols, widths);
    softmax_of::subtract_largest(rows, in_dst, steps);
  }
  steps.look_up(rows.columns, rows.cols, softmax_of::exponentials(numerics.approximate, widths));
  WordSteps::Lanes factors{};
  steps.row_sums(rows.columns, rows.cols, rows.cols, static_cast<int>(numerics.sum), widths.dst,
                 factors.data());
  // Of a 32-bit Dst the accurate one whatever the exponentials are, and it stays in 32 bits.
  const bool wide_sum = widths.dst == DstFormat::fp32;
  for (Word& word : steps.used(factors))
    word = through_l1(reciprocal_in_dst(word, numerics.approximate && !wide_sum, widths.dst),
                      {widths.dst, wide_sum});
  steps.multiply(rows.columns, rows.cols, steps.of_lanes(factors.data()), in_dst, rows.columns);
}

/// One line along the height. Elements beyond `logical` count as 0 for the maximum, and for nothing else.
inline void softmax_line(std::span<const Word> line, std::size_t logical,
                         const SoftmaxNumerics& numerics, std::span<Word> out) {
  const Widths widths = softmax_of::widths_of(numerics);
  const int phases = static_cast<int>(numerics.multiply);
  std::vector<Word> values(line.begin(), line.end());
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(logical), values.end(), 0);
  const Word subtracted = softmax_of::packed_maximum(largest_of(values), widths) ^ sign_mask;
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
  const Word subtracted = softmax_of::packed_maximum(largest, widths) ^ sign_mask;
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
