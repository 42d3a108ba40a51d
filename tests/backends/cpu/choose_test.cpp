// Which kernel would run on processors that this machine is not.
#include "backends/cpu/choose.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wattention::cpu {
namespace {

constexpr CpuFlags old_cpu{};
constexpr CpuFlags haswell = Feature::avx2;
constexpr CpuFlags skylake_x = Feature::avx2 | Feature::avx512;
constexpr CpuFlags cooper_lake_or_zen4 = skylake_x | Feature::avx512_bf16;
constexpr CpuFlags sapphire_rapids = cooper_lake_or_zen4 | Feature::amx_bf16;

std::string name_for(GemmType type, CpuFlags flags, std::string_view forced = {}) {
  const Choice choice = choose(type, flags, forced);
  return choice.gemm ? choice.gemm->name : "none";
}

std::string reason_for(const Choice& choice, const std::string& kernel) {
  const auto found =
      std::find_if(choice.refused.begin(), choice.refused.end(),
                   [&kernel](const Refusal& refusal) { return refusal.kernel == kernel; });
  return found == choice.refused.end() ? "not refused" : found->reason;
}

#if defined(__x86_64__)

TEST(Choose, F32ByProcessor) {
  EXPECT_EQ(name_for(GemmType::f32, sapphire_rapids), "gemm_f32_14x32x1_avx512");
  EXPECT_EQ(name_for(GemmType::f32, cooper_lake_or_zen4), "gemm_f32_14x32x1_avx512");
  EXPECT_EQ(name_for(GemmType::f32, skylake_x), "gemm_f32_14x32x1_avx512");
  EXPECT_EQ(name_for(GemmType::f32, haswell), "gemm_f32_6x16x1_avx2");
  EXPECT_EQ(name_for(GemmType::f32, old_cpu), "gemm_f32_4x8x1_scalar");
}

TEST(Choose, Bf16ByProcessor) {
  EXPECT_EQ(name_for(GemmType::bf16, sapphire_rapids), "gemm_bf16_32x32x32_amx");
  EXPECT_EQ(name_for(GemmType::bf16, cooper_lake_or_zen4), "gemm_bf16_14x32x2_avx512bf16");
  EXPECT_EQ(name_for(GemmType::bf16, skylake_x), "gemm_bf16_14x32x2_avx512");
  EXPECT_EQ(name_for(GemmType::bf16, haswell), "gemm_bf16_6x16x2_avx2");
  EXPECT_EQ(name_for(GemmType::bf16, old_cpu), "gemm_bf16_4x8x2_scalar");
}

// Intel's: two widened multiply-adds are quicker there than a pair.
TEST(Choose, SlowPairsAreUsedByNameOnly) {
  constexpr CpuFlags emerald_rapids_without_amx = cooper_lake_or_zen4 | Feature::slow_bf16_pairs;
  const Choice choice = choose(GemmType::bf16, emerald_rapids_without_amx);
  EXPECT_STREQ(choice.gemm->name, "gemm_bf16_14x32x2_avx512");
  EXPECT_EQ(reason_for(choice, "gemm_bf16_14x32x2_avx512bf16"),
            "slower here than widening to f32, used by name only");
  EXPECT_EQ(name_for(GemmType::bf16, emerald_rapids_without_amx, "avx512bf16"),
            "gemm_bf16_14x32x2_avx512bf16");
  EXPECT_EQ(name_for(GemmType::bf16, sapphire_rapids | Feature::slow_bf16_pairs),
            "gemm_bf16_32x32x32_amx");
}

TEST(Choose, AttentionFollowsTheProducts) {
  const auto name = [](Isa isa, CpuFlags flags) {
    return std::string(attention_kernel_for(isa, flags)->name);
  };
  EXPECT_EQ(name(Isa::avx512bf16, cooper_lake_or_zen4), "attention_avx512bf16");
  EXPECT_EQ(name(Isa::amx, sapphire_rapids), "attention_avx512");
  EXPECT_EQ(name(Isa::avx512, cooper_lake_or_zen4), "attention_avx512");
  EXPECT_EQ(name(Isa::avx2, sapphire_rapids), "attention_avx2");
  EXPECT_EQ(name(Isa::scalar, sapphire_rapids), "attention_scalar");
  EXPECT_EQ(name(Isa::softtile, haswell), "attention_scalar");
  EXPECT_EQ(name(Isa::avx2, old_cpu), "attention_scalar");
}

TEST(Choose, AmxWithoutItsPermissionIsAnotherProcessor) {
  // detection leaves the flag out when Linux refuses tile data: then the next row serves
  const Choice choice = choose(GemmType::bf16, cooper_lake_or_zen4);
  EXPECT_EQ(reason_for(choice, "gemm_bf16_32x32x32_amx"),
            "this processor has no AMX-BF16, or the system grants no tile data");
}

TEST(Choose, RowOperationsFollowTheProduct) {
  EXPECT_STREQ(choose(GemmType::bf16, sapphire_rapids).vector->name, "vector_avx512");
  EXPECT_STREQ(choose(GemmType::bf16, cooper_lake_or_zen4).vector->name, "vector_avx512");
  EXPECT_STREQ(choose(GemmType::f32, haswell).vector->name, "vector_avx2");
  EXPECT_STREQ(choose(GemmType::f32, old_cpu).vector->name, "vector_scalar");
  EXPECT_STREQ(choose(GemmType::f32, sapphire_rapids, "avx2").vector->name, "vector_avx2");
  EXPECT_STREQ(choose(GemmType::bf16, sapphire_rapids, "scalar").vector->name, "vector_scalar");
}

TEST(Choose, ForcedByIsaAndByName) {
  EXPECT_EQ(name_for(GemmType::bf16, sapphire_rapids, "avx512bf16"),
            "gemm_bf16_14x32x2_avx512bf16");
  EXPECT_EQ(name_for(GemmType::bf16, sapphire_rapids, "gemm_bf16_6x16x2_avx2"),
            "gemm_bf16_6x16x2_avx2");
  EXPECT_EQ(name_for(GemmType::f32, sapphire_rapids, "scalar"), "gemm_f32_4x8x1_scalar");
  EXPECT_EQ(name_for(GemmType::bf16, haswell, "softtile"), "gemm_bf16_32x32x32_softtile");
}

TEST(Choose, ForcedWhatCannotServeIsNone) {
  EXPECT_EQ(name_for(GemmType::bf16, cooper_lake_or_zen4, "amx"), "none");
  EXPECT_EQ(name_for(GemmType::f32, sapphire_rapids, "amx"), "none");
  EXPECT_EQ(name_for(GemmType::f32, haswell, "gemm_bf16_6x16x2_avx2"), "none");
  EXPECT_EQ(why_not(haswell, "avx512"), "this processor has no AVX-512 F, BW, DQ, VL");
  EXPECT_EQ(why_not(sapphire_rapids, "neon"), "no kernel or ISA has this name");
  EXPECT_EQ(why_not(sapphire_rapids, "amx"), "");
}

TEST(Choose, EveryOtherRowOfTheTypeSaysWhyNot) {
  const Choice choice = choose(GemmType::bf16, skylake_x);
  EXPECT_EQ(choice.refused.size(), 5u);
  EXPECT_EQ(reason_for(choice, "gemm_bf16_14x32x2_avx512bf16"),
            "this processor has no AVX512_BF16");
  EXPECT_EQ(reason_for(choice, "gemm_bf16_6x16x2_avx2"), "slower than the one chosen");
  EXPECT_EQ(reason_for(choice, "gemm_bf16_32x32x32_softtile"),
            "a proof of the tile loops, used by name only");
  EXPECT_EQ(reason_for(choice, choice.gemm->name), "not refused");
}

TEST(Choose, NamesThatServe) {
  const std::vector<std::string> names = names_that_serve(haswell);
  EXPECT_EQ(names,
            (std::vector<std::string>{"avx2", "scalar", "softtile", "gemm_f32_6x16x1_avx2",
                                      "gemm_f32_4x8x1_scalar", "gemm_bf16_6x16x2_avx2",
                                      "gemm_bf16_4x8x2_scalar", "gemm_bf16_32x32x32_softtile"}));
}

#endif

TEST(Choose, ThisMachineHasAKernelForEachType) {
  EXPECT_NE(name_for(GemmType::f32, this_cpu()), "none");
  EXPECT_NE(name_for(GemmType::bf16, this_cpu()), "none");
  EXPECT_FALSE(cpu_brand().empty());
}

}  // namespace
}  // namespace wattention::cpu
