#pragma once
// mt19937 (Matsumoto and Nishimura, 1998), a vector of words at a time. `Lanes` has internal linkage, so each
// file that includes this gets code of its own.
#include <cstdint>

#include "random/kernels.h"

namespace wattention::random_kernels {

// The recurrence reaches back 624 words and takes one in between, 397 after the oldest.
inline constexpr int middle_word = 397;

template <class Lanes>
typename Lanes::Words twist_step(const std::uint32_t* oldest, const std::uint32_t* middle) {
  const auto next = Lanes::load(oldest + 1);
  const auto joined = Lanes::bit_or(Lanes::bit_and(Lanes::load(oldest), Lanes::words(0x80000000u)),
                                    Lanes::bit_and(next, Lanes::words(0x7fffffffu)));
  return Lanes::bit_xor(
      Lanes::bit_xor(Lanes::load(middle), Lanes::if_odd(next, Lanes::words(0x9908b0dfu))),
      Lanes::template down<1>(joined));
}

// In place. A vector that starts in the last words of the state reads on into the room behind it, so the first
// new words are written there as well.
template <class Lanes>
void twist(std::uint32_t* state) {
  static_assert(state_words % Lanes::width == 0 && state_words + Lanes::width <= state_room);
  constexpr int behind = state_words - middle_word;
  const auto first = twist_step<Lanes>(state, state + middle_word);
  Lanes::store(state, first);
  Lanes::store(state + state_words, first);
  int k = Lanes::width;
  for (; k < behind; k += Lanes::width)
    Lanes::store(state + k, twist_step<Lanes>(state + k, state + k + middle_word));
  for (; k < state_words; k += Lanes::width)
    Lanes::store(state + k, twist_step<Lanes>(state + k, state + k - behind));
}

template <class Lanes>
typename Lanes::Words tempered(typename Lanes::Words y) {
  y = Lanes::bit_xor(y, Lanes::template down<11>(y));
  y = Lanes::bit_xor(y, Lanes::bit_and(Lanes::template up<7>(y), Lanes::words(0x9d2c5680u)));
  y = Lanes::bit_xor(y, Lanes::bit_and(Lanes::template up<15>(y), Lanes::words(0xefc60000u)));
  return Lanes::bit_xor(y, Lanes::template down<18>(y));
}

template <class Lanes>
void temper(const std::uint32_t* state, float* words, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + Lanes::width <= count; i += Lanes::width)
    Lanes::store(words + i, tempered<Lanes>(Lanes::load(state + i)));
  if (i == count) return;
  std::uint32_t rest[Lanes::width] = {};
  const auto bytes = static_cast<std::size_t>(count - i) * sizeof(float);
  __builtin_memcpy(rest, state + i, bytes);
  Lanes::store(rest, tempered<Lanes>(Lanes::load(rest)));
  __builtin_memcpy(words + i, rest, bytes);
}

}  // namespace wattention::random_kernels
