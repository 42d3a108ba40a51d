#pragma once
// Units of few rows, as a decoded token has them: bound by the bytes of keys and values, which are read once, as they
// lie.
#include "backends/cpu/sdpa_work.h"

namespace wattention::cpu {

/// Up to so many rows per head of keys and values go this way: a tile of 16 lanes costs a key's word one multiply-add,
/// a row here a sixteenth of one and 3 / head_dim for the sums.
constexpr std::int64_t few_rows = 8;

class FewRowsWorker {
 public:
  /// With null memory only bytes() holds.
  FewRowsWorker(const SdpaRows& rows, const SdpaWork& work, std::byte* memory);
  std::int64_t bytes() const { return bytes_; }
  void run(const SdpaUnit& unit, const SdpaUnit* next, float* states);

 private:
  void prepare(const SdpaUnit& unit);
  // Rows [first, first + count), at most four, through keys [from, to).
  void attend(const SdpaUnit& unit, int first, int count, std::int64_t from, std::int64_t to);
  void weigh(const SdpaUnit& unit, int row, std::int64_t from, std::int64_t to);
  void finish(const SdpaUnit& unit, float* states);

  const SdpaRows& rows_;
  const SdpaWork& work_;
  std::int64_t query_stride_, context_stride_, key_block_;
  float *query_, *context_, *scores_, *mask_;  // [few_rows][...], mask [key_block]
  float top_[few_rows], sum_[few_rows], shrink_[few_rows];
  KeyRange ranges_[few_rows];
  std::int64_t bytes_ = 0;
};

}  // namespace wattention::cpu
