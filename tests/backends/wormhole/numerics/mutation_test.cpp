// Each rule that decides digits, broken on purpose, must be noticed by a vector; and the silicon's by none.
// Which kind of vector notices is listed in docs/numerics.md.
#include <gtest/gtest.h>

#include <numeric>

#include "backends/wormhole/numerics/vectors.h"

namespace wattention::wormhole {
namespace {

// Multiplier
struct DenormalsCount : Silicon {
  static constexpr bool flush_denormal_inputs = false;
};
struct OddPhaseAtOtherWeight : Silicon {
  static constexpr int odd_phase_exponent = -4;
};
struct UpperPhaseAtOtherWeight : Silicon {
  static constexpr int upper_phase_exponent = -6;
};
struct ZeroPartHasNoExponent : Silicon {
  static constexpr bool zero_part_keeps_exponent = false;
};
struct OperandsSwapped : Silicon {
  static constexpr bool weight_in_src_a = false;
};
struct OneGroup : Silicon {
  static constexpr int group_size = 16;
};
struct DistanceLimitTooLow : Silicon {
  static constexpr int product_distance_limit = 12;
};
struct ProductsTruncated : Silicon {
  static constexpr Rounding product_rounding = Rounding::truncate;
};
struct ProductsToEven : Silicon {
  static constexpr Rounding product_rounding = Rounding::half_even;
};
struct FaintGroupsCount : Silicon {
  static constexpr bool drop_groups_without_exponent = false;
};
// Accumulator
struct NegativeTermsRoundAway : Silicon {
  static constexpr bool negative_terms_round_up = false;
};
struct NegativeDstRoundsUp : Silicon {
  static constexpr bool negative_dst_rounds_up = true;
};
struct LowBitsKept : Silicon {
  static constexpr int aligned_low_bits = 0;
};
struct TermLimitTooLow : Silicon {
  static constexpr int term_distance_limit = 8;
};
struct DstToEven : Silicon {
  static constexpr Rounding dst_rounding = Rounding::half_even;
};
struct DstTruncated : Silicon {
  static constexpr Rounding dst_rounding = Rounding::truncate;
};
struct RoundedAtTheEnd : Silicon {
  static constexpr bool round_every_step = false;
};
struct UnderflowKept : Silicon {
  static constexpr bool flush_underflow = false;
};
struct NoInfinity : Silicon {
  static constexpr bool saturate_to_infinity = false;
};
struct MinusOneExact : Silicon {
  static constexpr bool minus_one_shifts_short = false;
};
// Order
struct FacesOutsidePhases : Silicon {
  static constexpr bool phases_outside_faces = false;
};
struct ReduceLikeMatmul : Silicon {
  static constexpr bool reduce_phases_outside_faces = true;
};
struct PhasesDescend : Silicon {
  static constexpr bool phases_ascend = false;
};
// Packer, K blocks
struct L1TiesAway : Silicon {
  static constexpr Rounding l1_rounding = Rounding::half_up;
};
struct L1Truncates : Silicon {
  static constexpr Rounding l1_rounding = Rounding::truncate;
};
struct LastBlockInL1 : Silicon {
  static constexpr LastBlock last_block = LastBlock::added_in_l1;
};
struct PackToEven : Silicon {
  static constexpr Rounding pack_rounding = Rounding::half_even;
};
struct PackerMoves : Silicon {
  static constexpr bool packer_flushes = false;
};
struct ReloadWhole : Silicon {
  static constexpr bool reload_cuts_to_tf32 = false;
};
// ELWADD
struct AddendTruncated : Silicon {
  static constexpr Rounding addend_rounding = Rounding::truncate;
};
struct AddendToEven : Silicon {
  static constexpr Rounding addend_rounding = Rounding::half_even;
};
struct AddendLimitTooLow : Silicon {
  static constexpr int addend_distance_limit = 9;
};
// SFPU
struct NoStickyBit : Silicon {
  static constexpr bool sfpu_keeps_sticky_bit = false;
};
struct SfpuTiesAway : Silicon {
  static constexpr Rounding sfpu_rounding = Rounding::half_up;
};
struct SfpuTruncates : Silicon {
  static constexpr Rounding sfpu_rounding = Rounding::truncate;
};
struct StoreRounds : Silicon {
  static constexpr Rounding store_rounding = Rounding::half_up;
};
// Softmax
struct ExpScaleOff : Silicon {
  static constexpr Word exp_scale = Silicon::exp_scale - 3;
};
struct ExpOffsetOff : Silicon {
  static constexpr Word exp_offset = Silicon::exp_offset + 1;
};
struct ExpUnclamped : Silicon {
  static constexpr Word exp_clamp = 0xff7fffffu;
};
struct ExpIntegerToEven : Silicon {
  static constexpr Rounding exp_integer_rounding = Rounding::half_even;
};
struct ExpIntegerTruncated : Silicon {
  static constexpr Rounding exp_integer_rounding = Rounding::truncate;
};
struct ReciprocalWithoutNewton : Silicon {
  static constexpr int reciprocal_newton_steps = 0;
};
struct ReciprocalAccurate : Silicon {
  static constexpr int reciprocal_newton_steps = 2;
};
struct SumLoFi : Silicon {
  static constexpr int reduce_phases = 1;
};
struct NormaliseLoFi : Silicon {
  static constexpr int normalise_phases = 1;
};
struct NormaliseHiFi2 : Silicon {
  static constexpr int normalise_phases = 2;
};

using Mutants = testing::Types<
    DenormalsCount, OddPhaseAtOtherWeight, UpperPhaseAtOtherWeight, ZeroPartHasNoExponent,
    OperandsSwapped, OneGroup, DistanceLimitTooLow, ProductsTruncated, ProductsToEven,
    FaintGroupsCount, NegativeTermsRoundAway, NegativeDstRoundsUp, LowBitsKept, TermLimitTooLow,
    DstToEven, DstTruncated, RoundedAtTheEnd, UnderflowKept, NoInfinity, MinusOneExact,
    FacesOutsidePhases, ReduceLikeMatmul, PhasesDescend, L1TiesAway, L1Truncates, LastBlockInL1,
    PackToEven, PackerMoves, ReloadWhole, AddendTruncated, AddendToEven, AddendLimitTooLow>;
using SfpuMutants =
    testing::Types<NoStickyBit, SfpuTiesAway, SfpuTruncates, StoreRounds, ExpScaleOff, ExpOffsetOff,
                   ExpUnclamped, ExpIntegerToEven, ExpIntegerTruncated, ReciprocalWithoutNewton,
                   ReciprocalAccurate, SumLoFi, NormaliseLoFi, NormaliseHiFi2>;

std::string joined(const std::vector<std::string>& names) {
  return std::accumulate(
      names.begin(), names.end(), std::string(),
      [](const std::string& text, const std::string& name) { return text + name + "; "; });
}

template <class Rules>
void expect_noticed() {
  const auto noticed_by = vectors::failures<Rules>();
  EXPECT_FALSE(noticed_by.empty());
  testing::Test::RecordProperty("noticed_by", joined(noticed_by));
}

TEST(Rules, SiliconsGiveEveryVector) {
  EXPECT_EQ(joined(vectors::failures<Silicon>()), "");
}

template <class Rules>
class MatrixUnitMutation : public testing::Test {};
TYPED_TEST_SUITE(MatrixUnitMutation, Mutants);
TYPED_TEST(MatrixUnitMutation, IsNoticed) {
  expect_noticed<TypeParam>();
}

template <class Rules>
class SoftmaxMutation : public testing::Test {};
TYPED_TEST_SUITE(SoftmaxMutation, SfpuMutants);
TYPED_TEST(SoftmaxMutation, IsNoticed) {
  expect_noticed<TypeParam>();
}

/// The stored LoFi product of K = 2048 in blocks of 4, computed with one attribute changed.
void expect_attribute_noticed(void (*change)(MatmulNumerics&)) {
  for (std::size_t i = 0; i < vectors::matmuls().cases.size(); ++i) {
    const auto& golden = vectors::matmuls().cases[i];
    if (golden.name != "matmul_4x2048x5_LoFi_block4") continue;
    MatmulNumerics numerics = golden::matmul_numerics(golden);
    EXPECT_TRUE(vectors::matmul_holds<Silicon>(i, numerics));
    change(numerics);
    EXPECT_FALSE(vectors::matmul_holds<Silicon>(i, numerics));
  }
}

TEST(Attributes, EachChangesTheDigits) {
  expect_attribute_noticed([](MatmulNumerics& n) { n.fidelity = Fidelity::hifi2; });
  expect_attribute_noticed([](MatmulNumerics& n) { n.l1_accumulate = false; });
  expect_attribute_noticed([](MatmulNumerics& n) { n.block_tiles = 8; });
  expect_attribute_noticed([](MatmulNumerics& n) { n.block_tiles = 2; });
  expect_attribute_noticed([](MatmulNumerics& n) { n.fp32_accumulate = true; });
}

}  // namespace
}  // namespace wattention::wormhole
