// Ceilings and the share of them that a forward reaches.
#include "bench/ceiling.h"

#include <gtest/gtest.h>

#include <tuple>

#include "bench/bench_module.h"

namespace wattention {
namespace {

BenchCase with_heads(std::int64_t tokens, const HeadsCase& heads) {
  return {.tokens = tokens, .embed_dim = 64, .head_dim = 64 / heads.heads, .heads = heads};
}

BenchRecord record_of(const BenchCase& axes, double ms) {
  BenchRecord record;
  record.axes = axes;
  record.time_per_forward_ms = Figure::of(ms, Source::measured);
  record.ceiling = BenchCeiling{"kernel", 1e9, 1e8};
  return record;
}

TEST(Ceiling, OfManyTokensIsThatOfTheMultiplyAdds) {
  const BenchCase axes = with_heads(100, {.heads = 4});
  // Projections 100 x 64 x 256, scores and values 2 x 100 x 100 x 64.
  const double flops = 2.0 * (100 * 64 * 256 + 2 * 100 * 100 * 64);
  const auto share = ceiling_share(record_of(axes, 10));
  EXPECT_DOUBLE_EQ(share->share, flops / 1e9 / 0.010);
  EXPECT_EQ(share->bound, "multiply-adds");
}

TEST(Ceiling, OfOneTokenBesideACacheIsThatOfTheReads) {
  const BenchCase axes = with_heads(1, {.heads = 4, .kv_heads = 2, .past = 999});
  // Weights 64 x (64 + 128); keys and values 2 x 1000 x 2 x 16; 4 bytes each.
  const double bytes = 4.0 * (64 * (64 + 128) + 2 * 1000 * 2 * 16);
  EXPECT_DOUBLE_EQ(read_bytes_of(axes), bytes);
  const auto share = ceiling_share(record_of(axes, 10));
  EXPECT_DOUBLE_EQ(share->share, bytes / 1e8 / 0.010);
  EXPECT_EQ(share->bound, "reads");
}

TEST(Ceiling, WithoutOneOrWithoutATimeThereIsNoShare) {
  BenchRecord record = record_of(with_heads(1, {.heads = 4}), 1);
  record.ceiling.reset();
  EXPECT_FALSE(ceiling_share(record));
  record = record_of(with_heads(1, {.heads = 4}), 1);
  record.time_per_forward_ms = Figure::absent("why");
  EXPECT_FALSE(ceiling_share(record));
}

TEST(Ceiling, NamesTheKernelWhoseInstructionsRun) {
  for (const auto& [forced, dtype, of, kernel] :
       {std::tuple("scalar", DType::f32, CeilingOf::products, "gemm_f32_4x8x1_scalar"),
        std::tuple("scalar", DType::bf16, CeilingOf::products, "gemm_bf16_4x8x2_scalar"),
        std::tuple("scalar", DType::bf16, CeilingOf::attention, "gemm_f32_4x8x1_scalar"),
        std::tuple("scalar", DType::f16, CeilingOf::attention, "gemm_f32_4x8x1_scalar")}) {
    const auto ceiling =
        measure_ceiling(open_device("cpu", {.threads = 2, .kernel = forced}), dtype, of);
    ASSERT_TRUE(ceiling);
    EXPECT_EQ(ceiling->kernel, kernel);
    EXPECT_GT(ceiling->flops_per_s, 1e6);  // some thousands times that without a sanitizer
  }
}

// The words of attention's kernels are f32's, or pairs where the products take pairs, too.
TEST(Ceiling, OfAttentionFollowsItsKernel) {
  const Device cpu = open_device("cpu");
  const std::string products = measure_ceiling(cpu, DType::bf16, CeilingOf::products)->kernel,
                    attention = measure_ceiling(cpu, DType::bf16, CeilingOf::attention)->kernel;
  if (products.ends_with("avx512bf16"))
    EXPECT_EQ(attention, products);
  else
    EXPECT_EQ(attention, measure_ceiling(cpu, DType::f32, CeilingOf::attention)->kernel);
}

TEST(Ceiling, OtherDevicesHaveNone) {
  EXPECT_FALSE(measure_ceiling(open_device("reference"), DType::f32, CeilingOf::products));
  EXPECT_FALSE(measure_ceiling(open_device("cpu"), DType::f64, CeilingOf::products));
}

TEST(CeilingWatch, MeasuresCasesWithHeadsOnly) {
  const Device cpu = open_device("cpu");
  CeilingWatch none({}, cpu, 1), one(with_heads(4, {.heads = 4}), cpu, 1);
  none.measure();
  EXPECT_FALSE(none.ceiling());
  EXPECT_FALSE(one.ceiling());
  one.measure();
  EXPECT_GT(one.ceiling()->flops_per_s, 1e8);
  EXPECT_GT(one.ceiling()->read_bytes_per_s, 1e7);
}

}  // namespace
}  // namespace wattention
