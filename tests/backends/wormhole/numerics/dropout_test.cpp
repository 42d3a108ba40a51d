// The random bits of dropout: against the shift register written out bit by bit, and shares.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <set>

#include "backends/wormhole/kernels/dropout.h"

namespace wattention::wormhole {
namespace {

using kernels::dropped_tile;
using kernels::DroppedTile;
using kernels::RandomLanes;

// From the documentation's text: bits 31, 21, 1 and 0 give the new highest one, which is set where they are even.
class ShiftRegister {
 public:
  explicit ShiftRegister(Word state) : bits_(state) {}
  void step(int times) {
    for (int i = 0; i < times; ++i) {
      const bool even = !(bits_[31] ^ bits_[21] ^ bits_[1] ^ bits_[0]);
      bits_ >>= 1;
      bits_[31] = even;
    }
  }
  Word state() const { return static_cast<Word>(bits_.to_ulong()); }

 private:
  std::bitset<32> bits_;
};

// Lane 31 is seeded first: 32 steps and its own two, lane 0 after 62 more; then one step on each.
TEST(Dropout, LanesStartOneAfterTheOther) {
  for (const Word seed : {0u, 1u, 42u, 0xdeadbeefu}) {
    RandomLanes lanes(seed);
    for (const int lane : {31, 30, 7, 0}) {
      ShiftRegister expected(seed);
      expected.step(32 + 2 * (32 - lane) + 1);
      EXPECT_EQ(lanes.draw(lane), expected.state()) << seed << " " << lane;
      expected.step(1);
      EXPECT_EQ(lanes.draw(lane), expected.state()) << seed << " " << lane;
    }
  }
}

// Element (0, 0) is lane 0's first draw, (0, 1) its second, (4, 0) its third; face 1 comes after eight.
TEST(Dropout, DrawsCoverATile) {
  constexpr Word seed = 7, magnitude = 0x7fffffff;
  const auto drawn = [&](int lane, int draw) {
    RandomLanes lanes(seed);
    Word word = 0;
    for (int i = 0; i <= draw; ++i) word = lanes.draw(lane);
    return word & magnitude;
  };
  struct Place {
    int row, col, lane, draw;
  };
  for (const Place& at : {Place{0, 0, 0, 0}, Place{0, 1, 0, 1}, Place{4, 0, 0, 2},
                          Place{1, 2, 9, 0}, Place{0, 16, 0, 8}, Place{31, 31, 31, 31}})
    for (const float probability : {0.25f, 0.5f, 0.75f}) {
      RandomLanes lanes(seed);
      const DroppedTile tile = dropped_tile(lanes, probability);
      EXPECT_EQ(tile[static_cast<std::size_t>(at.row * 32 + at.col)],
                drawn(at.lane, at.draw) <= 2147483647.0 * static_cast<double>(probability))
          << at.row << " " << at.col;
    }
}

// Five standard deviations of 64 tiles' share.
TEST(Dropout, DropsItsShare) {
  RandomLanes lanes(42);
  std::int64_t dropped = 0;
  std::set<DroppedTile> tiles;
  for (int i = 0; i < 64; ++i) {
    const DroppedTile tile = dropped_tile(lanes, 0.2f);
    dropped += std::ranges::count(tile, true);
    tiles.insert(tile);
  }
  EXPECT_NEAR(static_cast<double>(dropped) / 65536, 0.2, 5 * 0.4 / 256);
  EXPECT_EQ(tiles.size(), 64u);
  const DroppedTile none = dropped_tile(lanes, 0);
  EXPECT_EQ(std::ranges::count(none, true), 0);
}

}  // namespace
}  // namespace wattention::wormhole
