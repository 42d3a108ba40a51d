#include "bench/context_error.h"

#include <gtest/gtest.h>
#include <wattention/random.h>

#include "bench/error_metrics.h"

namespace wattention {
namespace {

const BenchCase small{.device = "wormhole",
                      .variant = Variant::resident,
                      .dtype = DType::bf16,
                      .tokens = 64,
                      .embed_dim = 96,
                      .head_dim = 64};

BenchError error_with(std::optional<Fidelity> fidelity) {
  BenchCase bench_case = small;
  bench_case.fidelity = fidelity;
  return ContextErrors(789).of(bench_case);
}

TEST(ContextError, RowsAreSpreadEvenly) {
  EXPECT_EQ(error_rows(3), (std::vector<std::int64_t>{0, 1, 2}));
  const std::vector<std::int64_t> rows = error_rows(1000);
  ASSERT_EQ(rows.size(), 32u);
  EXPECT_EQ(rows[1], 31);
  EXPECT_EQ(rows.back(), 968);
}

TEST(ContextError, ExactRowsAreTheReferenceModules) {
  Generator generator(5);
  const Tensor query = linear_weight(48, 40, generator), key = linear_weight(48, 40, generator),
               value = linear_weight(48, 40, generator);
  const Tensor tokens = randn({33, 48}, generator);
  const SelfAttention attention =
      SelfAttention(query, key, value)
          .to(open_device("reference"), {.variant = Variant::reference, .dtype = DType::f64});
  const Tensor whole = attention(tokens).to(DType::f64);
  const std::vector<std::int64_t> chosen{0, 17, 32};
  const Tensor rows = exact_context_rows(tokens, query, key, value, chosen);
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 40; ++c) {
      const std::size_t in_whole = static_cast<std::size_t>(chosen[r]) * 40 + c;
      EXPECT_NEAR(rows.values<double>()[r * 40 + c], whole.values<double>()[in_whole], 1e-14);
    }
}

TEST(ContextError, FloatIsNearDoubleAndBf16IsNotFar) {
  BenchCase cpu{.variant = Variant::reference, .tokens = 40, .embed_dim = 64, .head_dim = 64};
  ContextErrors errors(789);
  EXPECT_LT(errors.of(cpu).relative_l2, 1e-6);
  EXPECT_EQ(errors.of(cpu).rows, 32);
  cpu.dtype = DType::bf16;
  EXPECT_GT(errors.of(cpu).relative_l2, 1e-4);
  EXPECT_LT(errors.of(cpu).relative_l2, 2e-2);
  EXPECT_GT(errors.of(cpu).pcc, 0.999);
}

TEST(ContextError, HigherFidelityIsNotLessExact) {
  const double lofi = error_with(Fidelity::lofi).relative_l2,
               hifi2 = error_with(Fidelity::hifi2).relative_l2,
               hifi4 = error_with(Fidelity::hifi4).relative_l2;
  EXPECT_GT(lofi, 1.5 * hifi2);
  EXPECT_GT(hifi2, 0.9 * hifi4);
  EXPECT_EQ(error_with(std::nullopt), error_with(Fidelity::lofi));  // a named grid's default
}

TEST(ContextError, IsMeasuredWhereItIsAskedFor) {
  BenchOptions options;
  options.simulate = false;
  options.measure_error = [](const BenchCase& one) { return one.fidelity == Fidelity::hifi2; };
  const BenchRun run = run_bench({.devices = {"wormhole"},
                                  .tokens = {64},
                                  .embed_dims = {96},
                                  .head_dims = {64},
                                  .counts = {1, 10},
                                  .fidelities = {Fidelity::lofi, Fidelity::hifi2}},
                                 options);
  ASSERT_EQ(run.records.size(), 4u);
  EXPECT_FALSE(run.records[0].error);
  ASSERT_TRUE(run.records[2].error && run.records[3].error);
  EXPECT_EQ(*run.records[2].error, *run.records[3].error);
  const BenchRun back = bench_from_json(to_json(run));
  EXPECT_EQ(back.records[2].axes, run.records[2].axes);
  EXPECT_EQ(back.records[2].error, run.records[2].error);
  EXPECT_FALSE(back.records[0].error);
  EXPECT_EQ(back.records[2].steps.back().bytes, run.records[2].steps.back().bytes);
}

}  // namespace
}  // namespace wattention
