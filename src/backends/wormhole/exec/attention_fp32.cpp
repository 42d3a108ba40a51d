#include "backends/wormhole/exec/attention_fp32.h"

#include "backends/wormhole/kernels/0_81/attention.h"
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/kernels/reduce.h"
#include "base/interrupt.h"

namespace wattention::wormhole {
namespace {

namespace attention = kernels::attention;

constexpr auto format = DstFormat::fp32;
constexpr Word minus_infinity = 0xff800000u;

/// fp32 of L1 as the matrix unit's sources hold it.
Word source(Word value) {
  return unpack_fp32(value, UnpackedAs::tf32);
}

}  // namespace

Word AttentionFp32::weight(Word difference) const {
  return numerics_.exp_approximate
             ? attention::weight(difference, attention::slope_of(numerics_.scale))
             : attention::accurate_weight(difference, std::bit_cast<Word>(numerics_.scale));
}

// The maximum is of scores cut to bf16; the differences are of tf32.
void AttentionFp32::weigh(std::int64_t row, const KeyChunk& keys, bool first) {
  const std::span<Word> scores = score_row(row, keys.columns);
  const auto at = static_cast<std::size_t>(row);
  Bits largest = first ? lowest_bits : earlier_[at];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (hides(row, keys.first + static_cast<std::int64_t>(i))) scores[i] = minus_infinity;
    largest = gmpool(upper_half(scores[i]), largest);
  }
  largest = pack_bf16(largest);
  maxima_[at] = largest;
  SumRow& sums = sums_[at];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Word packed = weight(elwsub<Silicon, Word>(source(scores[i]), widen(largest), format));
    Word& sum = sums[i % sums.size()];
    sum = i < sums.size() ? packed : add_in_l1(sum, packed, format);
    scores[i] = source(packed);
  }
}

void AttentionFp32::multiply_values(std::int64_t columns) {
  const std::int64_t width = images_.head_dim;
  std::vector<Word> context(static_cast<std::size_t>(rows_ * width));
  matmul(WideMatrixView{scores_.data(), rows_, columns},
         WideMatrixView{values_.data(), columns, width}, product_of(columns / 32), context.data(),
         host_);
  context_.resize(context.size());
  std::ranges::transform(context, context_.begin(), round_to_bf16<>);
}

Word AttentionFp32::product(Word a, Word b) const {
  Word dst = 0;
  for (int phase = 0; phase < static_cast<int>(numerics_.fidelity); ++phase)
    dst = elwmul<Silicon, Word>(source(a), source(b), phase, dst, format);
  return dst;
}

void AttentionFp32::add_earlier(std::int64_t row) {
  const auto at = static_cast<std::size_t>(row);
  const Word difference = elwsub<Silicon, Word>(widen(earlier_[at]), widen(maxima_[at]), format);
  const Word factor = widen(round_to_bf16(attention::shrinkage<format>(
      difference, std::bit_cast<Word>(numerics_.scale), numerics_.exp_approximate)));
  for (std::size_t i = 0; i < sums_[at].size(); ++i) {
    const Word shrunk = product(earlier_sums_[at][i], factor);
    sums_[at][i] = elwadd<Silicon, Word>(source(sums_[at][i]), source(shrunk), format);
  }
  const auto width = static_cast<std::size_t>(images_.head_dim);
  for (std::size_t i = at * width; i < (at + 1) * width; ++i)
    context_[i] =
        attention::added(context_[i], round_to_bf16(product(widen(earlier_context_[i]), factor)));
}

void AttentionFp32::finish() {
  SumRow ones, row_sums;
  ones.fill(widen(kernels::one_bits));
  const auto width = static_cast<std::size_t>(images_.head_dim);
  Bits* out =
      images_.out + images_.query_offset(at_.batch, at_.head) + first_row_ * images_.head_dim;
  for (std::size_t row = 0; row < sums_.size(); ++row) {
    std::ranges::transform(sums_[row], row_sums.begin(), source);
    const Word sum = kernels::multiply_tile<kernels::Matmul, Word>(
        row_sums.data(), ones.data(), static_cast<int>(numerics_.fidelity), 0, format);
    const Word inverse = attention::inverse<format>(source(sum), numerics_.approximate);
    for (std::size_t i = row * width; i < (row + 1) * width; ++i)
      out[i] = round_to_bf16(product(widen(context_[i]), inverse));
  }
}

}  // namespace wattention::wormhole
