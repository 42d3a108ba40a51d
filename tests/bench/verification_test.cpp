#include "bench/verification.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>

#include "bench/named_inputs.h"

namespace wattention {
namespace {

const VerifyCase small{.input = "normal", .tokens = 9, .embed_dim = 16, .head_dim = 8};

TEST(Verification, TheBoundIsTwiceThePlainError) {
  const auto verdicts = verify_on_host(small, open_device("cpu"), {});
  ASSERT_EQ(verdicts.size(), 6u);
  for (StageVerdict verdict : verdicts) {
    EXPECT_TRUE(verdict.pass()) << verdict.stage;
    EXPECT_GE(verdict.max_relative_bound, 2 * verdict.plain.max_relative);
    EXPECT_LE(verdict.max_relative_bound, std::max(2 * verdict.plain.max_relative, 0x1p-24));
  }
}

TEST(Verification, EachFigureAboveItsBoundFails) {
  const StageVerdict good = verify_on_host(small, open_device("cpu"), {}).back();
  StageVerdict worse = good;
  worse.error.max_relative = 1.01 * good.max_relative_bound;
  EXPECT_FALSE(worse.pass());
  worse = good;
  worse.error.relative_l2 = 1.01 * good.relative_l2_bound;
  EXPECT_FALSE(worse.pass());
  worse = good;
  worse.error.not_finite = 1;
  EXPECT_FALSE(worse.pass());
}

TEST(Verification, DrawsArePooled) {
  VerifyCase both = small;
  both.draws = 2;
  VerifyCase second = small;
  second.seed = small.seed + 1;
  const Device cpu = open_device("cpu");
  const double first_error = verify_on_host(small, cpu, {}).back().error.max_abs;
  const double second_error = verify_on_host(second, cpu, {}).back().error.max_abs;
  EXPECT_EQ(verify_on_host(both, cpu, {}).back().error.max_abs,
            std::max(first_error, second_error));
}

TEST(Verification, RefusesBadCases) {
  const Device cpu = open_device("cpu");
  VerifyCase bad = small;
  bad.draws = 0;
  EXPECT_THROW(verify_on_host(bad, cpu, {}), Error);
  bad = small;
  bad.tokens = 0;
  EXPECT_THROW(verify_on_host(bad, cpu, {}), Error);
  bad = small;
  bad.input = "odd";
  EXPECT_THROW(verify_on_host(bad, cpu, {}), Error);
}

TEST(NamedInputs, AreWhatTheirNamesSay) {
  const Tensor normal = make_input("normal", 8, 100, 1),
               outliers = make_input("outliers", 8, 100, 1);
  const Tensor ties = make_input("ties", 8, 100, 1), large = make_input("large", 8, 100, 1);
  for (std::size_t i = 0; i < 800; ++i) {
    const float value = normal.values<float>()[i];
    EXPECT_EQ(outliers.values<float>()[i], i % 97 == 0 ? 100.0f * value : value);
    EXPECT_EQ(ties.values<float>()[i], normal.values<float>()[i % 300]);
    EXPECT_EQ(large.values<float>()[i], 30.0f * value);
  }
}

}  // namespace
}  // namespace wattention
