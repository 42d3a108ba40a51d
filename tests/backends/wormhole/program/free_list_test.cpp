// The free list against a model that marks every unit of memory.
#include "backends/wormhole/memory/free_list.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace wattention::wormhole {
namespace {

constexpr std::int64_t unit = 32;

// First fit by looking at every unit.
class MarkedMemory {
 public:
  MarkedMemory(std::int64_t units, Growth growth)
      : taken_(static_cast<std::size_t>(units)), growth_(growth) {}

  std::optional<std::int64_t> allocate(std::int64_t bytes) {
    const std::int64_t wanted = std::max<std::int64_t>((bytes + unit - 1) / unit, 1);
    const auto size = static_cast<std::int64_t>(taken_.size());
    for (std::int64_t i = 0; i + wanted <= size; ++i) {
      const std::int64_t first = growth_ == Growth::up ? i : size - wanted - i;
      if (!is_free(first, wanted)) continue;
      mark(first, wanted, true);
      return first;
    }
    return std::nullopt;
  }
  void mark(std::int64_t first, std::int64_t count, bool taken) {
    std::fill_n(taken_.begin() + first, count, taken);
  }
  std::int64_t largest_free() const {
    std::int64_t largest = 0, run = 0;
    for (const bool taken : taken_) {
      run = taken ? 0 : run + 1;
      largest = std::max(largest, run);
    }
    return largest * unit;
  }
  std::int64_t allocated() const { return std::count(taken_.begin(), taken_.end(), true) * unit; }

 private:
  bool is_free(std::int64_t first, std::int64_t count) const {
    return std::none_of(taken_.begin() + first, taken_.begin() + first + count,
                        [](bool taken) { return taken; });
  }
  std::vector<bool> taken_;
  Growth growth_;
};

struct Block {
  std::int64_t address;
  std::int64_t bytes;
};

void play(Growth growth, std::uint64_t seed) {
  constexpr std::int64_t begin = 96, units = 200;
  FreeList list(begin, begin + units * unit, unit, growth);
  MarkedMemory model(units, growth);
  std::vector<Block> live;
  std::mt19937_64 random(seed);
  for (int step = 0; step < 4000; ++step) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << " step " << step);
    if (random() % 5 < 3) {
      const std::int64_t bytes = static_cast<std::int64_t>(random() % 900);
      const auto expected = model.allocate(bytes);
      const auto found = list.allocate(bytes);
      ASSERT_EQ(found.has_value(), expected.has_value());
      if (!found) continue;
      ASSERT_EQ(*found, begin + *expected * unit);
      live.push_back({*found, std::max<std::int64_t>((bytes + unit - 1) / unit, 1) * unit});
    } else if (!live.empty()) {
      const std::size_t victim = random() % live.size();
      list.free(live[victim].address);
      model.mark((live[victim].address - begin) / unit, live[victim].bytes / unit, false);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(victim));
    }
    ASSERT_EQ(list.allocated_bytes(), model.allocated());
    ASSERT_EQ(list.largest_free_bytes(), model.largest_free());
  }
  for (const Block& block : live) list.free(block.address);
  EXPECT_EQ(list.allocated_bytes(), 0);
  EXPECT_EQ(list.largest_free_bytes(), units * unit);
  EXPECT_EQ(list.lowest_allocated(), std::nullopt);
}

TEST(FreeList, MatchesTheMarkedMemoryUpward) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) play(Growth::up, seed);
}

TEST(FreeList, MatchesTheMarkedMemoryDownward) {
  for (std::uint64_t seed = 11; seed <= 15; ++seed) play(Growth::down, seed);
}

TEST(FreeList, TheFirstBlocksLieAtTheEnds) {
  FreeList up(32, 1 << 20, 32, Growth::up);
  EXPECT_EQ(up.allocate(100), 32);
  EXPECT_EQ(up.allocate(1), 32 + 128);
  FreeList down(0, 1024, 32, Growth::down);
  EXPECT_EQ(down.allocate(64), 960);
  EXPECT_EQ(down.lowest_allocated(), 960);
}

TEST(FreeList, AnUnknownAddressIsLeftAlone) {
  FreeList list(0, 1024, 32, Growth::up);
  list.allocate(64);
  list.free(32);
  EXPECT_EQ(list.allocated_bytes(), 64);
}

}  // namespace
}  // namespace wattention::wormhole
