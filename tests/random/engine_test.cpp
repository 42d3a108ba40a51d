// The words themselves, beside the standard library's mt19937.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/random.h>

#include <limits>
#include <random>
#include <vector>

#include "random/jump.h"
#include "random/mersenne.h"

namespace wattention {
namespace {

TEST(Engine, MatchesTheStandardLibrary) {
  for (const std::uint64_t seed : {0ull, 1ull, 789ull, 4294967295ull}) {
    std::mt19937 expected(static_cast<std::uint32_t>(seed));
    Generator generator(seed);
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(generator.next_word(), expected()) << seed << ' ' << i;
  }
}

// The C++ standard, [rand.predef]: the 10000th word after default seeding.
TEST(Engine, TenThousandthWord) {
  Generator generator;
  generator.skip_words(9999);
  EXPECT_EQ(generator.next_word(), 4123659995u);
}

TEST(Engine, SeedsWithTheLowerHalf) {
  Generator wide((std::uint64_t{5} << 32) + 42);
  Generator narrow(42);
  EXPECT_EQ(wide.next_word(), narrow.next_word());
  EXPECT_EQ(wide.seed(), (std::uint64_t{5} << 32) + 42);
}

TEST(Engine, SkipsAsStepping) {
  for (const std::uint64_t start : {0, 1, 623, 700})
    for (const std::uint64_t distance :
         {0, 1, 2, 226, 227, 396, 397, 623, 624, 625, 1247, 1248, 10000, 19937, 123457}) {
      std::mt19937 expected(7);
      expected.discard(start + distance);
      Generator generator(7);
      generator.skip_words(start);
      generator.skip_words(distance);
      ASSERT_EQ(generator.position(), start + distance);
      for (int i = 0; i < 700; ++i)
        ASSERT_EQ(generator.next_word(), expected()) << start << ' ' << distance << ' ' << i;
    }
}

// The first 624 words after the default seeding, as state words.
std::vector<std::uint32_t> seeded_state(std::uint32_t seed) {
  std::vector<std::uint32_t> state(random_kernels::state_room);
  state[0] = seed;
  for (std::uint32_t i = 1; i < random_kernels::state_words; ++i)
    state[i] = 1812433253u * (state[i - 1] ^ state[i - 1] >> 30) + i;
  return state;
}

void step(std::vector<std::uint32_t>& state, std::uint64_t words) {
  std::vector<std::uint32_t> line(state.begin(), state.begin() + 624);
  for (std::uint64_t i = 0; i < words; ++i) {
    const std::uint32_t joined = (line[i] & 0x80000000u) | (line[i + 1] & 0x7fffffffu);
    line.push_back(line[i + 397] ^ joined >> 1 ^ (line[i + 1] & 1 ? 0x9908b0dfu : 0));
  }
  std::copy(line.end() - 624, line.end(), state.begin());
}

// Here the jump itself at any distance; skip_words() uses it for far ones only.
TEST(Jump, AgreesWithStepping) {
  for (const std::uint64_t distance :
       {1,   2,     3,     31,    32,    63,    64,    65,    623,   624,
        625, 19935, 19936, 19937, 19938, 19968, 39874, 65536, 99991, 1000003}) {
    auto stepped = seeded_state(5489);
    auto jumped = stepped;
    step(stepped, distance);
    jump_ahead(jumped.data(), distance);
    EXPECT_EQ(stepped[0] >> 31, jumped[0] >> 31) << distance;
    for (int i = 1; i < 624; ++i) ASSERT_EQ(stepped[i], jumped[i]) << distance << ' ' << i;
  }
}

TEST(Jump, FarSkipsMatchTheStandardLibrary) {
  constexpr std::uint64_t distance = 100'000'007;
  std::mt19937 expected(789);
  expected.discard(distance + 5);
  Generator generator(789);
  generator.skip_words(5);
  generator.skip_words(distance);
  for (int i = 0; i < 700; ++i) ASSERT_EQ(generator.next_word(), expected()) << i;
}

// Too far to step: the same place by two ways.
TEST(Jump, DistancesAdd) {
  const std::uint64_t far = (std::uint64_t{1} << 62) + 12345;
  Generator at_once(3);
  at_once.skip_words(2 * far);
  Generator in_two(3);
  in_two.skip_words(far - 1'000'000'007);
  in_two.skip_words(far + 1'000'000'007);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(at_once.next_word(), in_two.next_word());
  Generator elsewhere(3);
  elsewhere.skip_words(2 * far + 1);
  EXPECT_NE(at_once.next_word(), elsewhere.next_word());
}

TEST(Jump, ReachesTheFarthestDistance) {
  Generator at_once(3);
  at_once.skip_words(std::numeric_limits<std::uint64_t>::max());
  Generator in_two(3);
  in_two.skip_words(std::numeric_limits<std::uint64_t>::max() - 20'000'000);
  in_two.skip_words(20'000'000);
  EXPECT_EQ(at_once.next_word(), in_two.next_word());
}

}  // namespace
}  // namespace wattention
