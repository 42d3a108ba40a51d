#pragma once
// How a call is cut into units and pieces, and the states that pieces leave.
#include <algorithm>

#include "backends/cpu/sdpa_rows.h"

namespace wattention::cpu {

/// Takes parts of one thread's memory, a line apart; the first walk over null only counts.
class Carver {
 public:
  explicit Carver(std::byte* memory) : memory_(memory) {}
  template <class T>
  T* take(std::int64_t count) {
    std::byte* at = memory_ ? memory_ + bytes_ : nullptr;
    bytes_ += (count * static_cast<std::int64_t>(sizeof(T)) + 63) / 64 * 64;
    return reinterpret_cast<T*>(at);
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  std::byte* memory_;
  std::int64_t bytes_ = 0;
};

/// `into` as if it had seen other's keys, too. `factor` turns scores into powers of two.
void merge(const SoftmaxState& into, const SoftmaxState& other, std::int64_t value_dim,
           float factor);

/// Where blocks begin that reach key `from`: at fixed places, so that a row's bits do not hang on its neighbours.
inline std::int64_t block_start(std::int64_t from, std::int64_t first_key, std::int64_t block) {
  return first_key + std::max<std::int64_t>(from - first_key, 0) / block * block;
}

/// Rows that go through keys [first_key, end_key) of one head together.
struct SdpaUnit {
  std::int64_t batch, kv_head, row_begin, row_end, piece;
  std::int64_t first_key, end_key;
};

class SdpaWork {
 public:
  /// `rows_per_unit` rows are a unit. Where `kept` is not null, what rows find merges into its states, one a row, and
  /// nothing is written.
  SdpaWork(const SdpaRows& rows, std::int64_t rows_per_unit, float* kept);

  std::int64_t units() const { return heads_ * chunks_ * pieces_; }
  /// Head by head, whose keys and values stay in cache; of a head the longest first: later queries see more keys where
  /// attention is causal.
  SdpaUnit unit(std::int64_t index) const;
  std::int64_t pieces() const { return pieces_; }
  std::int64_t rows_per_unit() const { return rows_per_unit_; }

  /// Whether a row is written after its unit, and no state of it is kept.
  bool writes_at_once() const { return pieces_ == 1 && kept_ == nullptr; }

  /// A row after all of the call's keys: written, or merged into what is kept of it.
  void deliver(std::int64_t b, std::int64_t kv_head, std::int64_t row,
               const SoftmaxState& found) const;
  /// A row after its unit: delivered, or held among `states` where there are more pieces.
  void finish(const SdpaUnit& unit, std::int64_t row, const SoftmaxState& found,
              float* states) const;

  /// Floats of all states; 0 where there is one piece.
  std::int64_t state_floats() const;
  /// The state of a row after a piece, in memory of state_floats().
  SoftmaxState state(float* states, std::int64_t batch, std::int64_t kv_head, std::int64_t row,
                     std::int64_t piece) const;

 private:
  const SdpaRows& rows_;
  std::int64_t heads_, rows_per_unit_, chunks_, pieces_;
  float* kept_;
};

}  // namespace wattention::cpu
