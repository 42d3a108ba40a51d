#include "backends/cpu/sdpa_work.h"

#include <cmath>
#include <limits>

namespace wattention::cpu {
namespace {

// Few rows have too few units for many threads, so that their keys are cut as well: at 64 rows or less a piece
// of 4096 keys is work enough (64 x 4096 x 2 x 64 multiply-adds are a millisecond), and its state is small beside
// its keys.
constexpr std::int64_t rows_worth_pieces = 64, keys_per_piece = 4096;

}  // namespace

void merge(const SoftmaxState& into, const SoftmaxState& other, std::int64_t value_dim,
           float factor) {
  constexpr float lowest = -std::numeric_limits<float>::infinity();
  if (*other.top == lowest) return;
  const float top = std::max(*into.top, *other.top);
  const float old_share = *into.top == lowest ? 0 : std::exp2((*into.top - top) * factor);
  const float new_share = std::exp2((*other.top - top) * factor);
  for (std::int64_t d = 0; d < value_dim; ++d)
    into.context[d] = into.context[d] * old_share + other.context[d] * new_share;
  *into.sum = *into.sum * old_share + *other.sum * new_share;
  *into.top = top;
}

SdpaWork::SdpaWork(const SdpaRows& rows, std::int64_t rows_per_unit, float* kept)
    : rows_(rows),
      heads_(rows.view().batch * rows.view().kv_heads),
      rows_per_unit_(rows_per_unit),
      chunks_((rows.count() + rows_per_unit - 1) / rows_per_unit),
      pieces_(rows.count() > rows_worth_pieces
                  ? 1
                  : std::max<std::int64_t>((rows.view().keys + keys_per_piece - 1) / keys_per_piece,
                                           1)),
      kept_(kept) {}

SdpaUnit SdpaWork::unit(std::int64_t index) const {
  const std::int64_t piece = index % pieces_, rest = index / pieces_;
  const std::int64_t head = rest / chunks_, chunk = chunks_ - 1 - rest % chunks_;
  const AttentionView& view = rows_.view();
  const std::int64_t keys = view.keys;
  return {.batch = head / view.kv_heads,
          .kv_head = head % view.kv_heads,
          .row_begin = chunk * rows_per_unit_,
          .row_end = std::min((chunk + 1) * rows_per_unit_, rows_.count()),
          .piece = piece,
          .first_key = pieces_ == 1 ? 0 : piece * keys_per_piece,
          .end_key = pieces_ == 1 ? keys : std::min((piece + 1) * keys_per_piece, keys)};
}

void SdpaWork::deliver(std::int64_t b, std::int64_t kv_head, std::int64_t row,
                       const SoftmaxState& found) const {
  if (kept_ == nullptr) return rows_.finish(b, kv_head, row, found);
  if (*found.sum == 0) return;  // no key of this call is seen
  rows_.repair(b, kv_head, row, found);
  merge(rows_.state(kept_, b, kv_head, row), found, rows_.view().value_dim, rows_.factor());
}

void SdpaWork::finish(const SdpaUnit& unit, std::int64_t row, const SoftmaxState& found,
                      float* states) const {
  if (pieces_ == 1) return deliver(unit.batch, unit.kv_head, row, found);
  const SoftmaxState kept = state(states, unit.batch, unit.kv_head, row, unit.piece);
  *kept.top = *found.top;
  *kept.sum = *found.sum;
  std::copy_n(found.context, rows_.view().value_dim, kept.context);
}

std::int64_t SdpaWork::state_floats() const {
  if (pieces_ == 1) return 0;
  return heads_ * rows_.count() * pieces_ * (rows_.view().value_dim + 2);
}

SoftmaxState SdpaWork::state(float* states, std::int64_t batch, std::int64_t kv_head,
                             std::int64_t row, std::int64_t piece) const {
  const AttentionView& view = rows_.view();
  const std::int64_t head = batch * view.kv_heads + kv_head;
  float* at = states + ((head * rows_.count() + row) * pieces_ + piece) * (view.value_dim + 2);
  return {at, at + 1, at + 2};
}

}  // namespace wattention::cpu
