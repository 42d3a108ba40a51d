#include "bench/statistics.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <cmath>
#include <random>

namespace wattention {
namespace {

TEST(Statistics, MedianOfOddAndEvenCounts) {
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median_of({7}), 7);
  EXPECT_THROW(median_of({}), Error);
}

TEST(Statistics, OfFirstIntegersFollowTheClosedForms) {
  // 1 ... n: mean (n + 1) / 2, variance n (n + 1) / 12; the quartiles of 101 are 26 and 76.
  constexpr int n = 101;
  std::vector<double> samples;
  for (int i = n; i >= 1; --i) samples.push_back(i);
  const Statistics s = statistics_of(samples);
  EXPECT_EQ(s.min, 1);
  EXPECT_DOUBLE_EQ(s.mean, (n + 1) / 2.0);
  EXPECT_DOUBLE_EQ(s.median, (n + 1) / 2.0);
  EXPECT_NEAR(s.stddev, std::sqrt(n * (n + 1) / 12.0), 1e-12);
  EXPECT_NEAR(s.spread, (76 - 26) / (1.349 * 51), 1e-12);
}

TEST(Statistics, OneSampleHasNoDeviation) {
  const std::vector<double> one{42};
  const Statistics s = statistics_of(one);
  EXPECT_EQ(s.median, 42);
  EXPECT_EQ(s.stddev, 0);
  EXPECT_EQ(s.spread, 0);
}

TEST(Statistics, SpreadEstimatesTheRelativeDeviationOfNormalSamples) {
  std::mt19937 engine(1);
  std::normal_distribution<double> normal(100, 3);
  std::vector<double> samples(20000);
  for (double& sample : samples) sample = normal(engine);
  EXPECT_NEAR(statistics_of(samples).spread, 0.03, 0.001);
}

TEST(Statistics, TwoEqualOfThreeAreNotTight) {
  const std::vector<double> samples{10, 20, 10};
  EXPECT_GT(statistics_of(samples).spread, 0.3);
}

TEST(Statistics, OneOutlierMovesNeitherMedianNorSpread) {
  std::vector<double> samples(21, 10.0);
  samples[4] = 1e6;
  const Statistics s = statistics_of(samples);
  EXPECT_EQ(s.median, 10);
  EXPECT_EQ(s.spread, 0);
  EXPECT_GT(s.mean, 1000);
}

}  // namespace
}  // namespace wattention
