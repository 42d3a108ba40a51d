// Each rule that decides digits, broken on purpose, must be noticed by a vector; and as they are by none.
// Which kind of vector notices is listed in docs/numerics.md.
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "backends/wormhole/numerics/varied_rules.h"
#include "backends/wormhole/numerics/vectors.h"

namespace wattention::wormhole {
namespace {

std::string joined(const std::vector<std::string>& names) {
  return std::accumulate(
      names.begin(), names.end(), std::string(),
      [](const std::string& text, const std::string& name) { return text + name + "; "; });
}

TEST(Rules, GiveEveryVector) {
  EXPECT_EQ(joined(vectors::failures<AllRules>()), "");
  EXPECT_EQ(joined(vectors::failures<Varied>()), "");
}

struct Mutation {
  std::string name;
  const AnyRule* rule;
  std::function<std::vector<std::string>()> noticed_by;  ///< the vectors that fail under it
};

SixPieces gelu_with_another_slope() {
  SixPieces pieces = AllRules::gelu_pieces;
  ++pieces.slopes[2];
  return pieces;
}

template <class T>
Mutation vary(const char* name, Rule<T>& rule, std::type_identity_t<T> value) {
  return {name, &rule, [&rule, value] {
            const Variation variation(rule, value);
            return vectors::failures<Varied>();
          }};
}

const std::vector<Mutation>& mutations() {
  using enum Rounding;
  static const std::vector<Mutation> all = {
      // Multiplier
      vary("DenormalsCount", Varied::flush_denormal_inputs, false),
      vary("OddPhaseAtOtherWeight", Varied::odd_phase_exponent, -4),
      vary("UpperPhaseAtOtherWeight", Varied::upper_phase_exponent, -6),
      vary("ZeroPartHasNoExponent", Varied::zero_part_keeps_exponent, false),
      vary("OneGroup", Varied::group_size, 16),
      vary("DistanceLimitTooLow", Varied::product_distance_limit, 12),
      vary("ProductsTruncated", Varied::product_rounding, truncate),
      vary("ProductsToEven", Varied::product_rounding, half_even),
      vary("FaintGroupsCount", Varied::drop_groups_without_exponent, false),
      // Accumulator
      vary("NegativeTermsRoundAway", Varied::negative_terms_round_up, false),
      vary("NegativeDstRoundsUp", Varied::negative_dst_rounds_up, true),
      vary("LowBitsKept", Varied::aligned_low_bits, 0),
      vary("TermLimitTooLow", Varied::term_distance_limit, 8),
      vary("DstToEven", Varied::dst_rounding, half_even),
      vary("DstTruncated", Varied::dst_rounding, truncate),
      vary("RoundedAtTheEnd", Varied::round_every_step, false),
      vary("UnderflowKept", Varied::flush_underflow, false),
      vary("NoInfinity", Varied::saturate_to_infinity, false),
      vary("MinusOneExact", Varied::minus_one_shifts_short, false),
      // Kernels: operands and order
      vary("OperandsSwapped", Varied::weight_in_src_a, false),
      vary("FacesOutsidePhases", Varied::phases_outside_faces, false),
      vary("ReduceLikeMatmul", Varied::reduce_phases_outside_faces, true),
      vary("PhasesDescend", Varied::phases_ascend, false),
      // Packer, unpacker, K blocks
      vary("L1TiesAway", Varied::l1_rounding, half_up),
      vary("L1Truncates", Varied::l1_rounding, truncate),
      vary("LastBlockInL1", Varied::last_block, kernels::LastBlock::added_in_l1),
      vary("PackToEven", Varied::pack_rounding, half_even),
      vary("PackerMoves", Varied::packer_flushes, false),
      vary("UnpackRounds", Varied::unpack_rounding, half_up),
      vary("ReloadWhole", Varied::reload_format, UnpackedAs::fp32),
      vary("ReloadAsTf32", Varied::reload_format, UnpackedAs::tf32),
      // ELWADD
      vary("AddendTruncated", Varied::addend_rounding, truncate),
      vary("AddendToEven", Varied::addend_rounding, half_even),
      vary("AddendLimitTooLow", Varied::addend_distance_limit, 9),
      // SFPU
      vary("NoStickyBit", Varied::sfpu_keeps_sticky_bit, false),
      vary("SfpuTiesAway", Varied::sfpu_rounding, half_up),
      vary("SfpuTruncates", Varied::sfpu_rounding, truncate),
      vary("StoreRounds", Varied::store_rounding, half_up),
      vary("ConversionToEven", Varied::conversion_rounding, half_even),
      vary("ConversionTruncated", Varied::conversion_rounding, truncate),
      // Softmax
      vary("MaximumUnpacked", Varied::maximum_passes_packer, false),
      vary("RowPacked", Varied::unpadded_row_passes_packer, true),
      vary("ExpScaleOff", Varied::exp_scale, AllRules::exp_scale - 3),
      vary("ExpOffsetOff", Varied::exp_offset, AllRules::exp_offset + 1),
      vary("ExpUnclamped", Varied::exp_clamp, 0xff7fffffu),
      vary("ReciprocalWithoutNewton", Varied::approximate_newton_steps, 0),
      vary("ReciprocalAccurate", Varied::approximate_newton_steps, 2),
      vary("AccurateReciprocalApproximate", Varied::accurate_newton_steps, 1),
      // Functions of one operand
      vary("RootStartsElsewhere", Varied::root_start, 0x5f360000u),
      vary("RootOfThreeSteps", Varied::root_newton_steps, 3),
      vary("InverseRootOfTenSteps", Varied::inverse_root_newton_steps, 10),
      vary("TanhSteeper", Varied::tanh_pieces, {0x1eff, 0x481a, 0xff00}),
      vary("SigmoidSteeper", Varied::sigmoid_pieces, {0x3eff, 0x21d8, 0xff10}),
      vary("GeluPieceOff", Varied::gelu_pieces, gelu_with_another_slope())};
  return all;
}

class Mutated : public testing::TestWithParam<Mutation> {};

TEST_P(Mutated, IsNoticed) {
  const std::vector<std::string> noticed_by = GetParam().noticed_by();
  EXPECT_FALSE(noticed_by.empty());
  RecordProperty("noticed_by", joined(noticed_by));
}

INSTANTIATE_TEST_SUITE_P(Rule, Mutated, testing::ValuesIn(mutations()),
                         [](const auto& mutated) { return mutated.param.name; });

TEST(Rules, EachHasAMutation) {
  for (const AnyRule* rule : AnyRule::all())
    EXPECT_NE(std::ranges::find(mutations(), rule, &Mutation::rule), mutations().end())
        << rule->name();
}

/// The stored LoFi product of K = 2048 in blocks of 4, computed with one attribute changed.
void expect_attribute_noticed(void (*change)(MatmulNumerics&)) {
  for (std::size_t i = 0; i < vectors::matmuls().cases.size(); ++i) {
    const auto& golden = vectors::matmuls().cases[i];
    if (golden.name != "matmul_4x2048x5_LoFi_block4") continue;
    MatmulNumerics numerics = golden::matmul_numerics(golden);
    EXPECT_TRUE(vectors::matmul_holds<AllRules>(i, numerics));
    change(numerics);
    EXPECT_FALSE(vectors::matmul_holds<AllRules>(i, numerics));
  }
}

/// Stored softmaxes that do not come out with other numerics.
std::size_t softmaxes_that_notice(const SoftmaxNumerics& numerics) {
  std::size_t noticed = 0;
  for (std::size_t i = 0; i < vectors::rows_of("softmax_").cases.size(); ++i)
    noticed += vectors::softmax_holds<AllRules>(i, numerics) ? 0 : 1;
  return noticed;
}

TEST(Attributes, EachStepOfASoftmaxNeedsItsFidelity) {
  using enum Fidelity;
  EXPECT_EQ(softmaxes_that_notice({.sum = hifi4, .multiply = hifi4}), 0u);
  EXPECT_GT(softmaxes_that_notice({.sum = lofi, .multiply = hifi4}), 0u);
  EXPECT_GT(softmaxes_that_notice({.sum = hifi4, .multiply = lofi}), 0u);
  EXPECT_GT(softmaxes_that_notice({.sum = hifi4, .multiply = hifi2}), 0u);
  // A scaler of 1 has no low bits, and a fourth phase lies below Dst's last bit.
  EXPECT_EQ(softmaxes_that_notice({.sum = hifi2, .multiply = hifi3}), 0u);
  EXPECT_GT(softmaxes_that_notice({.numeric_stable = true}), 0u);
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
