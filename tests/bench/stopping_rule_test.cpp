#include "bench/stopping_rule.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <limits>

namespace wattention {
namespace {

const StoppingLimits limits{
    .min_repeats = 3, .max_repeats = 10, .min_time_s = 0.5, .max_time_s = 100, .max_spread = 0.02};

// Adds samples until the rule stops; {repeats, reason}.
template <class Sample>
std::pair<int, StopReason> repeats_until_stop(const StoppingLimits& l, double clock_s,
                                              const Sample& sample) {
  StoppingRule rule(l);
  for (int repeat = 1; repeat <= 1000; ++repeat) {
    rule.add(sample(repeat), clock_s, repeat * clock_s);
    if (const auto reason = rule.verdict()) return {repeat, *reason};
  }
  return {0, StopReason::max_time};
}

double steady(int) {
  return 10;
}
double restless(int repeat) {
  return repeat % 2 ? 10 : 20;
}

TEST(StoppingRule, SaysNothingBeforeTheFirstSample) {
  EXPECT_FALSE(StoppingRule(limits).verdict());
}

TEST(StoppingRule, StopsAtMinRepeatsWhenTight) {
  EXPECT_EQ(repeats_until_stop(limits, 1, steady), std::pair(3, StopReason::spread));
}

TEST(StoppingRule, TightSamplesWaitForMinTime) {
  // 0.1 s each: half a second is full after five.
  EXPECT_EQ(repeats_until_stop(limits, 0.1001, steady), std::pair(5, StopReason::spread));
}

TEST(StoppingRule, RestlessSamplesStopAtMaxRepeats) {
  EXPECT_EQ(repeats_until_stop(limits, 1, restless), std::pair(10, StopReason::max_repeats));
}

TEST(StoppingRule, NeverStopsBeforeMinRepeatsWhileThereIsTime) {
  StoppingLimits patient = limits;
  patient.min_repeats = patient.max_repeats = 7;
  EXPECT_EQ(repeats_until_stop(patient, 10, steady).first, 7);
  EXPECT_EQ(repeats_until_stop(patient, 10, restless).first, 7);
}

TEST(StoppingRule, MaxTimeEndsEvenTheFirstRepeats) {
  EXPECT_EQ(repeats_until_stop(limits, 60, restless), std::pair(2, StopReason::max_time));
  EXPECT_EQ(repeats_until_stop(limits, 500, steady), std::pair(1, StopReason::max_time));
}

TEST(StoppingRule, BecomesTightWhenTheSpreadFalls) {
  // Two slow samples first; the quartiles forget them once they are less than a quarter.
  const auto settling = [](int repeat) { return repeat <= 2 ? 20.0 : 10.0; };
  const auto [repeats, reason] = repeats_until_stop(limits, 1, settling);
  EXPECT_EQ(reason, StopReason::spread);
  EXPECT_EQ(repeats, 9);  // the third quartile of nine is the seventh
}

TEST(StoppingRule, RefusesContradictions) {
  StoppingLimits bad = limits;
  bad.max_repeats = 2;
  EXPECT_THROW(StoppingRule{bad}, Error);
  bad = limits;
  bad.max_time_s = 0;
  EXPECT_THROW(StoppingRule{bad}, Error);
  bad = limits;
  bad.max_spread = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(StoppingRule{bad}, Error);
}

TEST(RepeatIsOver, AtCount) {
  const StoppingRule rule(limits);
  EXPECT_FALSE(rule.repeat_is_over(99, 100, 1));
  EXPECT_TRUE(rule.repeat_is_over(100, 100, 1));
}

TEST(RepeatIsOver, WhenItsPartOfMaxTimeIsUsed) {
  const StoppingRule rule(limits);  // 100 s, three repeats
  EXPECT_FALSE(rule.repeat_is_over(10, 1000, 33.3));
  EXPECT_TRUE(rule.repeat_is_over(10, 1000, 33.4));
}

TEST(RepeatIsOver, NeverBeforeTheFirstForward) {
  const StoppingRule rule(limits);
  EXPECT_FALSE(rule.repeat_is_over(0, 1000, 500));
  EXPECT_TRUE(rule.repeat_is_over(1, 1000, 500));
}

}  // namespace
}  // namespace wattention
