#include "random/mersenne.h"

#include <algorithm>
#include <bit>

#include "random/jump.h"

namespace wattention {
namespace {

using random_kernels::state_words;

// Stepping takes about 0.1 ns a word and a jump about a millisecond: below this many words stepping wins.
constexpr std::uint64_t jump_from_words = std::uint64_t{1} << 23;

}  // namespace

// Knuth's multiplier for linear congruences, as in the reference initialisation of 2002.
Mersenne::Mersenne(std::uint32_t seed) {
  state_[0] = seed;
  for (std::uint32_t i = 1; i < state_words; ++i)
    state_[i] = 1812433253u * (state_[i - 1] ^ state_[i - 1] >> 30) + i;
}

void Mersenne::refill() {
  random_kernels::active().twist(state_);
  used_ = 0;
}

std::uint32_t Mersenne::next() {
  float word;
  words(&word, 1);
  return std::bit_cast<std::uint32_t>(word);
}

void Mersenne::words(float* out, std::int64_t count) {
  drawn_ += static_cast<std::uint64_t>(count);
  while (count > 0) {
    if (used_ == state_words) refill();
    const std::int64_t ready = std::min<std::int64_t>(count, state_words - used_);
    random_kernels::active().temper(state_ + used_, out, ready);
    used_ += static_cast<int>(ready);
    out += ready;
    count -= ready;
  }
}

void Mersenne::skip(std::uint64_t count) {
  drawn_ += count;
  const auto ready = static_cast<std::uint64_t>(state_words - used_);
  if (count <= ready) {
    used_ += static_cast<int>(count);
    return;
  }
  count -= ready;
  const std::uint64_t rest = count % state_words;
  if (count >= jump_from_words) {
    jump_ahead(state_, count - rest);
  } else {
    for (std::uint64_t block = 0; block < count / state_words; ++block) refill();
  }
  used_ = state_words;
  if (rest == 0) return;
  refill();
  used_ = static_cast<int>(rest);
}

}  // namespace wattention
