#pragma once
// experimental.dropout: the vector unit's random bits, and what they drop.
// tt-isa-documentation, WormholeB0/TensixTile/TensixCoprocessor/VectorUnit.md (AdvancePRNG); docs/numerics.md has where
// each element's bits come from.
#include <array>
#include <bit>
#include <cstddef>
#include <limits>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole::kernels {

/// One generator for each lane of the vector unit.
class RandomLanes {
 public:
  static constexpr int count = 32;

  /// Lanes take what one generator becomes, from the last lane to the first.
  constexpr explicit RandomLanes(Word seed) {
    constexpr int first_steps = 32;
    for (int i = 0; i < first_steps; ++i) seed = stepped(seed);
    for (std::size_t lane = count; lane-- > 0;) states_[lane] = seed = stepped(stepped(seed));
    for (Word& state : states_) state = stepped(state);
  }

  constexpr Word draw(int lane) {
    Word& state = states_[static_cast<std::size_t>(lane)];
    const Word drawn = state;
    state = stepped(state);
    return drawn;
  }

 private:
  static constexpr Word stepped(Word state) {
    constexpr Word taps = 0x80200003;
    const Word parity = std::popcount(state & taps) & 1;
    return (parity ^ 1) << 31 | state >> 1;
  }

  std::array<Word, count> states_{};
};

/// The elements of a tile of 32x32, of which `true` ones become 0: the next that `random` gives.
using DroppedTile = std::array<bool, 32 * 32>;

constexpr DroppedTile dropped_tile(RandomLanes& random, float probability) {
  constexpr int faces = 4, vectors = 8, lanes_of_a_row = 8;
  constexpr Word magnitude = 0x7fffffff;
  const auto bound = static_cast<Word>(static_cast<double>(std::numeric_limits<int>::max()) *
                                       static_cast<double>(probability));
  DroppedTile dropped{};
  for (int face = 0; face < faces; ++face)
    for (int vector = 0; vector < vectors; ++vector)
      for (int lane = 0; lane < RandomLanes::count; ++lane) {
        const int row = face / 2 * 16 + vector / 2 * 4 + lane / lanes_of_a_row;
        const int col = face % 2 * 16 + lane % lanes_of_a_row * 2 + vector % 2;
        dropped[static_cast<std::size_t>(row * 32 + col)] =
            (random.draw(lane) & magnitude) <= bound;
      }
  return dropped;
}

}  // namespace wattention::wormhole::kernels
