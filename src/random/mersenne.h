#pragma once
// mt19937 as a stream of words that can be read, and skipped.
#include <cstdint>

#include "random/kernels.h"

namespace wattention {

class Mersenne {
 public:
  Mersenne() = default;
  explicit Mersenne(std::uint32_t seed);

  std::uint32_t next();
  /// The next `count` output words, in float storage.
  void words(float* out, std::int64_t count);
  void skip(std::uint64_t count);
  /// Words drawn or skipped since the seeding, modulo 2^64.
  std::uint64_t drawn() const { return drawn_; }

 private:
  void refill();

  // The block of state words being read; its first used_ words are spent.
  alignas(64) std::uint32_t state_[random_kernels::state_room] = {};
  int used_ = random_kernels::state_words;
  std::uint64_t drawn_ = 0;
};

}  // namespace wattention
