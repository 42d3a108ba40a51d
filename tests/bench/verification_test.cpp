#include "bench/verification.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>
#include <numeric>

#include "bench/named_inputs.h"
#include "tensor/number_format.h"

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

// Draws of 64 tokens are a block each, so that their worst elements are averaged.
TEST(Verification, TheWorstElementIsAveragedOverDraws) {
  VerifyCase both{.input = "normal", .tokens = 64, .embed_dim = 16, .head_dim = 16};
  VerifyCase second = both;
  second.seed = both.seed + 1;
  const Device cpu = open_device("cpu");
  const double first_worst = verify_on_host(both, cpu, {}).back().error.max_relative;
  const double second_worst = verify_on_host(second, cpu, {}).back().error.max_relative;
  both.draws = 2;
  EXPECT_DOUBLE_EQ(verify_on_host(both, cpu, {}).back().error.max_relative,
                   (first_worst + second_worst) / 2);
}

TEST(Verification, DrawsMakeEnoughRowsWhereTheyAreAffordable) {
  const auto draws = [](std::int64_t tokens, std::int64_t embed_dim, std::int64_t head_dim) {
    return steady_draws({.tokens = tokens, .embed_dim = embed_dim, .head_dim = head_dim});
  };
  EXPECT_EQ(draws(40, 70, 34), 103);   // 4096 rows
  EXPECT_EQ(draws(1, 1, 1), 1024);     // no more than this
  EXPECT_EQ(draws(128, 256, 256), 4);  // 2^27 multiply-adds
  EXPECT_EQ(draws(64, 256, 128), 18);  // 7.3e6 each
  EXPECT_EQ(draws(1024, 2048, 2048), 4);
  EXPECT_THROW(draws(0, 1, 1), Error);
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

VerifyCase with_heads(const HeadsCase& heads) {
  return {.tokens = 9, .embed_dim = 48, .draws = 4, .heads = heads};
}

// The exact values, the plain formula and the kernels are three computations: each pair is a rounding apart.
TEST(Verification, WithHeadsTheProjectionsTheContextAndTheOutputAreStages) {
  for (const HeadsCase& heads :
       {HeadsCase{.heads = 6}, HeadsCase{.heads = 6, .kv_heads = 2, .is_causal = true},
        HeadsCase{.heads = 6, .kv_heads = 1, .is_causal = true, .batch = 3, .past = 20},
        HeadsCase{.heads = 4, .batch = 2, .past = 20}}) {
    for (const DType dtype : {DType::f32, DType::bf16}) {
      const auto verdicts = verify_on_host(with_heads(heads), open_device("cpu"), {.dtype = dtype});
      ASSERT_EQ(verdicts.size(), 5u);
      EXPECT_EQ(verdicts[2].stage, "value");
      EXPECT_EQ(verdicts[3].stage, "context");
      EXPECT_EQ(verdicts[4].stage, "output");
      for (const StageVerdict& verdict : verdicts) {
        const double rounding = unit_roundoff(dtype);
        EXPECT_TRUE(verdict.pass()) << verdict.stage;
        EXPECT_GT(verdict.error.relative_l2, 0) << verdict.stage;
        EXPECT_LT(verdict.error.relative_l2, 8 * rounding) << verdict.stage;
        EXPECT_LT(verdict.plain.relative_l2, 8 * rounding) << verdict.stage;
      }
    }
  }
}

TEST(Verification, WithHeadsEveryRowOfEveryBatchCounts) {
  const HeadsCase heads{.heads = 6, .kv_heads = 2, .batch = 3};
  const auto verdicts = verify_on_host(with_heads(heads), open_device("cpu"), {});
  const auto count = [&](std::size_t stage) {
    const auto& classes = verdicts[stage].error.ulp_histogram;
    return std::accumulate(classes.begin(), classes.end(), std::int64_t{0});
  };
  EXPECT_EQ(count(0), 4 * 3 * 9 * 48);
  EXPECT_EQ(count(1), 4 * 3 * 9 * 16);
  EXPECT_EQ(count(4), 4 * 3 * 9 * 48);
}

TEST(Verification, WithHeadsReferenceIsExactButForFloat64sRounding) {
  const HeadsCase heads{.heads = 6, .kv_heads = 2, .is_causal = true, .batch = 2};
  for (const StageVerdict& verdict :
       verify_on_host(with_heads(heads), open_device("reference"), {})) {
    EXPECT_LT(verdict.error.relative_l2, 1e-14) << verdict.stage;
    EXPECT_TRUE(verdict.pass());
  }
}

// From the card's own operands each stage errs by a few roundings of bf16; through all of them errors grow.
TEST(Verification, WithHeadsTheCardKeepsScoresAndWeights) {
  VerifyCase sizes = with_heads({.heads = 4, .kv_heads = 2, .is_causal = true, .batch = 2});
  sizes.tokens = 32;
  sizes.embed_dim = 128;
  sizes.draws = 1;
  const ComparedCard card =
      verify_on_card(sizes, open_device("wormhole"), {.variant = Variant::resident});
  const std::vector<StageCost>& costs = card.costs;
  ASSERT_EQ(costs.size(), 7u);
  EXPECT_EQ(costs[3].stage, "scores");
  EXPECT_EQ(costs[4].stage, "weights");
  for (const StageCost& cost : costs) {
    EXPECT_LT(cost.format.relative_l2, 0x1p-8) << cost.stage;
    EXPECT_LT(cost.step.relative_l2, 0.03) << cost.stage;
    EXPECT_LT(cost.total.relative_l2, 0.06) << cost.stage;
  }
}

TEST(Verification, DrawsOfHeadsCountTheirBatches) {
  VerifyCase sizes = with_heads({.heads = 6});
  EXPECT_EQ(steady_draws(sizes), 456);  // 4096 rows
  sizes.heads.batch = 8;
  EXPECT_EQ(steady_draws(sizes), 57);
  sizes.heads.past = 1 << 20;
  EXPECT_EQ(steady_draws(sizes), 4);
}

TEST(Verification, RefusesBadHeads) {
  const Device cpu = open_device("cpu"), reference = open_device("reference");
  EXPECT_THROW(verify_on_host(with_heads({.heads = 5}), cpu, {}), Error);
  EXPECT_THROW(verify_on_host(with_heads({.heads = 6, .kv_heads = 4}), cpu, {}), Error);
  EXPECT_THROW(verify_on_host(with_heads({.heads = 6, .batch = 0}), cpu, {}), Error);
  EXPECT_THROW(verify_on_host(with_heads({.heads = 6, .past = 2}), reference, {}), Error);
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
