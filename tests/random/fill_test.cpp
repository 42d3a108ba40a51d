// What must not change a value: the instruction set, the thread count, the way to a place in the stream.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/random.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "random/kernels.h"
#include "random/ulp.h"

namespace wattention {
namespace {

using random_kernels::Kernels;
using test::same_bits;

// Sizes around the blocks of 16, the state of 624 and the share of a thread.
constexpr std::size_t sizes[] = {1,  7,   15,  16,  17,   31,   32,    33,    47,
                                 48, 623, 624, 625, 2496, 2497, 65536, 300001};

std::vector<float> mixed_draws(std::uint64_t seed, int threads) {
  Generator generator(seed);
  generator.set_threads(threads);
  std::vector<float> all;
  for (const std::size_t size : sizes) {
    std::vector<float> part(size);
    generator.normal(part);
    all.insert(all.end(), part.begin(), part.end());
    generator.uniform(part, -0.3, 1.7);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class ForcedKernels {
 public:
  explicit ForcedKernels(const Kernels* kernels) { random_kernels::force(kernels); }
  ~ForcedKernels() { random_kernels::force(nullptr); }
};

class EveryKernel : public testing::TestWithParam<const char*> {};

TEST_P(EveryKernel, GivesTheScalarBits) {
  const std::string name = GetParam();
  const Kernels* kernels = name == "avx512" ? random_kernels::avx512() : random_kernels::avx2();
  if (kernels == nullptr) GTEST_SKIP() << "this CPU or build has no " << name;
  std::vector<float> scalar;
  {
    ForcedKernels forced(random_kernels::scalar());
    ASSERT_STREQ(random_kernels::active().name, "scalar");
    scalar = mixed_draws(11, 1);
  }
  ForcedKernels forced(kernels);
  ASSERT_EQ(random_kernels::active().name, name);
  EXPECT_TRUE(same_bits(mixed_draws(11, 1), scalar));
}

INSTANTIATE_TEST_SUITE_P(Isa, EveryKernel, testing::Values("avx2", "avx512"),
                         [](const auto& of) { return std::string(of.param); });

TEST(Fill, ThreadsChangeNothing) {
  const auto alone = mixed_draws(12, 1);
  for (const int threads : {2, 3, 7, 0})
    EXPECT_TRUE(same_bits(mixed_draws(12, threads), alone)) << threads;
}

TEST(Fill, ThreadsLeaveTheStreamWhereOneThreadDoes) {
  std::vector<float> out(1 << 20);
  Generator alone(5);
  alone.set_threads(1);
  Generator many(5);
  many.set_threads(7);
  alone.normal(out);
  many.normal(out);
  EXPECT_EQ(many.position(), out.size());
  EXPECT_EQ(alone.next_word(), many.next_word());
}

TEST(Fill, SmallNormalsKeepTheirSpareAndSeedingDropsIt) {
  std::vector<float> three(3);
  Generator generator(9);
  generator.normal(three);
  EXPECT_EQ(generator.position(), 8u);  // two pairs of two doubles of two words
  float fourth;
  generator.normal({&fourth, 1});
  EXPECT_EQ(generator.position(), 8u);
  const float first = three[0];
  generator.normal(three);  // leaves a spare
  generator.manual_seed(9);
  generator.normal(three);
  EXPECT_EQ(three[0], first);
}

TEST(Fill, CopiesGoOnAlike) {
  Generator generator(77);
  float one;
  generator.normal({&one, 1});
  Generator copy = generator;
  std::vector<float> a(40), b(40);
  generator.normal({a.data(), 1});
  copy.normal({b.data(), 1});
  generator.normal(a);
  copy.normal(b);
  EXPECT_TRUE(same_bits(a, b));
}

// mean + deviation * z of exact quantities: the moments of a million draws within five standard errors.
TEST(Fill, MomentsAreThoseOfTheDistributions) {
  std::vector<float> out(1 << 20);
  const double n = static_cast<double>(out.size());
  Generator(1).normal(out, 2.0, 3.0);
  double sum = 0, squares = 0;
  for (const float value : out) sum += value, squares += (value - 2.0) * (value - 2.0);
  EXPECT_NEAR(sum / n, 2.0, 5 * 3 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 9.0, 5 * 9 * std::sqrt(2 / n));
  Generator(1).uniform(out, -1.0, 1.0);
  sum = 0;
  for (const float value : out) sum += value;
  EXPECT_NEAR(sum / n, 0.0, 5 * std::sqrt(1.0 / 3 / n));
}

// The largest draw, 1 - 2^-24, rounds up to 1.5 here; the interval stays half open, as torch's.
TEST(Fill, UniformNeverReturnsItsUpperBound) {
  for (const Kernels* kernels :
       {random_kernels::scalar(), random_kernels::avx2(), random_kernels::avx512()}) {
    if (kernels == nullptr) continue;
    std::vector<float> words(37, std::bit_cast<float>(0xffffffffu));
    kernels->uniform(words.data(), std::ssize(words), 1.0f, 1.5f);
    for (const float value : words) ASSERT_EQ(value, 1.0f) << kernels->name;
    words.assign(37, std::bit_cast<float>(0x00fffffeu));
    kernels->uniform(words.data(), std::ssize(words), 0.0f, 1.0f);
    for (const float value : words) ASSERT_EQ(value, 1.0f - 0x1p-23f) << kernels->name;
  }
}

TEST(Fill, RefusesWhatHasNoDistribution) {
  std::vector<float> out(20);
  Generator generator(1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(generator.normal(out, 0, -1), Error);
  EXPECT_THROW(generator.normal(out, 0, nan), Error);
  EXPECT_THROW(generator.uniform(out, 1, 0), Error);
  EXPECT_THROW(generator.uniform(out, nan, 0), Error);
  EXPECT_THROW(generator.uniform(out, -3e38, 3e38), Error);
  EXPECT_EQ(generator.position(), 0u);
  generator.normal({});
  generator.uniform({});
  EXPECT_EQ(generator.position(), 0u);
}

TEST(RandnAt, EqualsDrawingInSequence) {
  for (const Shape& shape : {Shape{3}, Shape{1, 1}, Shape{3, 5}, Shape{2, 7}, Shape{16}, Shape{17},
                             Shape{31, 3}, Shape{64, 64}, Shape{5, 1000}, Shape{0, 4}}) {
    Generator generator(789);
    for (int index = 1; index <= 5; ++index) {
      const Tensor expected = randn(shape, generator);
      const Tensor found = randn_at(shape, 789, index, 2);
      EXPECT_EQ(found.shape(), shape);
      EXPECT_TRUE(same_bits(found.values<float>(), expected.values<float>()))
          << shape.text() << ' ' << index;
    }
  }
}

TEST(RandnAt, RefusesPlacesOutsideTheStream) {
  EXPECT_THROW(randn_at({2, 2}, 1, 0), Error);
  EXPECT_THROW(randn_at({2, 2}, 1, -5), Error);
  EXPECT_THROW(randn_at({1024, 2048}, 1, std::numeric_limits<std::int64_t>::max()), Error);
}

TEST(LinearWeight, HasTorchsShapeAndBound) {
  Generator generator(1);
  const Tensor weight = linear_weight(100, 30, generator);
  EXPECT_EQ(weight.shape(), (Shape{30, 100}));
  float smallest = 0, largest = 0;
  for (const float value : weight.values<float>()) {
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  // Of 3000 draws the outermost come within a hundredth of their bound, but for one time in e^15.
  EXPECT_GE(smallest, -0.1f);
  EXPECT_LT(smallest, -0.099f);
  EXPECT_LE(largest, 0.1f);
  EXPECT_GT(largest, 0.099f);
  EXPECT_EQ(linear_weight(0, 3, generator).numel(), 0);
  EXPECT_EQ(generator.position(), 3000u);
}

}  // namespace
}  // namespace wattention
