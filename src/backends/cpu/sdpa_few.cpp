#include "backends/cpu/sdpa_few.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/interrupt.h"

namespace wattention::cpu {
namespace {

constexpr float lowest = -std::numeric_limits<float>::infinity();

// Keys of a block: 256 x 128 x 4 B = 128 KB of keys stay in L2 where a second group of four rows reads them again.
constexpr std::int64_t keys_per_block = 256;

constexpr std::int64_t rounded_to_16(std::int64_t count) {
  return (count + 15) / 16 * 16;
}

}  // namespace

FewRowsWorker::FewRowsWorker(const SdpaRows& rows, const SdpaWork& work, std::byte* memory)
    : rows_(rows),
      work_(work),
      query_stride_(rounded_to_16(rows.view().head_dim)),
      context_stride_(rounded_to_16(rows.view().value_dim)),
      key_block_(keys_per_block) {
  Carver carver(memory);
  query_ = carver.take<float>(few_rows * query_stride_);
  context_ = carver.take<float>(few_rows * context_stride_);
  scores_ = carver.take<float>(few_rows * key_block_);
  mask_ = carver.take<float>(key_block_);
  bytes_ = carver.bytes();
}

void FewRowsWorker::run(const SdpaUnit& unit, const SdpaUnit* /*next*/, float* states) {
  prepare(unit);
  const int rows = static_cast<int>(unit.row_end - unit.row_begin);
  std::int64_t from = unit.end_key, to = unit.first_key;
  for (int r = 0; r < rows; ++r) {
    if (ranges_[r].from >= ranges_[r].to) continue;
    from = std::min(from, ranges_[r].from);
    to = std::max(to, ranges_[r].to);
  }
  from = block_start(from, unit.first_key, key_block_);
  for (std::int64_t first = from; first < to; first += key_block_) {
    interruption_point();
    for (int r = 0; r < rows; r += 4)
      attend(unit, r, std::min(rows - r, 4), first, std::min(first + key_block_, to));
  }
  finish(unit, states);
}

void FewRowsWorker::prepare(const SdpaUnit& unit) {
  const AttentionView& view = rows_.view();
  std::fill_n(query_, few_rows * query_stride_, 0.0f);
  std::fill_n(context_, few_rows * context_stride_, 0.0f);
  std::fill_n(top_, few_rows, lowest);
  std::fill_n(sum_, few_rows, 0.0f);
  for (std::int64_t row = unit.row_begin; row < unit.row_end; ++row) {
    const std::int64_t r = row - unit.row_begin;
    rows_.kernel().query_row[static_cast<std::size_t>(rows_.element())](
        rows_.query(unit.batch, unit.kv_head, row), view.head_dim, query_ + r * query_stride_);
    const KeyRange range = rows_.range(unit.batch, row);
    const std::int64_t from = std::clamp(range.from, unit.first_key, unit.end_key);
    ranges_[r] = {from, std::clamp(range.to, from, unit.end_key)};
  }
}

void FewRowsWorker::attend(const SdpaUnit& unit, int first, int count, std::int64_t from,
                           std::int64_t to) {
  const AttentionView& view = rows_.view();
  const AttentionKernel& kernel = rows_.kernel();
  const auto element = static_cast<std::size_t>(rows_.element());
  kernel.row_scores[element]({rows_.key(unit.batch, unit.kv_head, from), rows_.key_bytes(),
                              to - from, view.head_dim, query_ + first * query_stride_,
                              query_stride_, count, scores_ + first * key_block_, key_block_});
  for (int r = first; r < first + count; ++r) weigh(unit, r, from, to);
  kernel.row_context[element]({rows_.value(unit.batch, unit.kv_head, from), rows_.value_bytes(),
                               to - from, view.value_dim, scores_ + first * key_block_, key_block_,
                               count, shrink_ + first, context_ + first * context_stride_,
                               context_stride_});
}

void FewRowsWorker::weigh(const SdpaUnit& unit, int row, std::int64_t from, std::int64_t to) {
  const AttentionView& view = rows_.view();
  const AttentionKernel& kernel = rows_.kernel();
  float* scores = scores_ + row * key_block_;
  const std::int64_t count = to - from;
  if (view.mask) rows_.mask(unit.batch, unit.kv_head, unit.row_begin + row, from, count, mask_);
  if (rows_.has_bias())
    kernel.bias_row(scores, view.mask ? mask_ : nullptr, count, static_cast<float>(view.scale),
                    static_cast<float>(view.softcap));
  std::fill(scores, scores + std::clamp<std::int64_t>(ranges_[row].from - from, 0, count), lowest);
  std::fill(scores + std::clamp<std::int64_t>(ranges_[row].to - from, 0, count), scores + count,
            lowest);
  const float factor = rows_.factor();
  const float top = std::max(top_[row], kernel.largest_of_row(scores, count));
  // No key so far: all scores are -inf, and less 0 they stay so.
  const float finite_top = top == lowest ? 0 : top;
  shrink_[row] = top_[row] == lowest ? 0 : std::exp2((top_[row] - finite_top) * factor);
  sum_[row] = sum_[row] * shrink_[row] + kernel.weigh_row(scores, count, factor, finite_top);
  top_[row] = top;
}

void FewRowsWorker::finish(const SdpaUnit& unit, float* states) {
  for (std::int64_t row = unit.row_begin; row < unit.row_end; ++row) {
    const std::int64_t r = row - unit.row_begin;
    work_.finish(unit, row, {top_ + r, sum_ + r, context_ + r * context_stride_}, states);
  }
}

}  // namespace wattention::cpu
