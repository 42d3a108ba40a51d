// A planted loss each, and the cause that is found.
#include <gtest/gtest.h>
#include <wattention/explain.h>
#include <wattention/ops.h>

#include <functional>

#include "oracle.h"

namespace wattention {
namespace {

using Program = std::function<void(const Device&)>;

ExplainedOp last_row(const Program& program, const std::string& release = "") {
  const Device card = open_device("wormhole", {.release_profile = release});
  Explainer explainer;
  explainer.watch(card);
  program(card);
  return explainer.explanation().ops.back();
}

Tensor sent(const Device& card, const Shape& shape, float low, float high,
            DType dtype = DType::bf16) {
  Tensor host = testing::uniform_tensor(shape, 3);  // -1 to 1
  for (float& value : host.mutable_values<float>()) value = low + (high - low) * (value + 1) / 2;
  return to_device(host, card, {.dtype = dtype});
}

TEST(Causes, SlicesOfLoFi) {
  const ExplainedOp row = last_row([](const Device& card) {
    matmul(sent(card, {64, 64}, -1, 1), sent(card, {64, 64}, -1, 1), {.fidelity = Fidelity::lofi});
  });
  EXPECT_EQ(row.cause, Cause::slices_dropped);
}

TEST(Causes, NotLoFiWhereNoOperandHasTheBits) {
  // Powers of two have one mantissa bit: LoFi loses nothing of them, so it is not to blame.
  const ExplainedOp row = last_row([](const Device& card) {
    const Tensor a = sent(card, {32, 2048}, -1, 1);
    matmul(a, full_like(sent(card, {2048, 32}, 0, 1), 0.5), {.fidelity = Fidelity::hifi2});
  });
  EXPECT_NE(row.cause, Cause::slices_dropped);
}

TEST(Causes, RoundingsOfDstAlongK) {
  const ExplainedOp row = last_row([](const Device& card) {
    matmul(sent(card, {64, 2048}, -1, 1), sent(card, {2048, 64}, -1, 1),
           {.fidelity = Fidelity::hifi4});
  });
  EXPECT_EQ(row.cause, Cause::dst_rounding);
  const ExplainedOp wide = last_row([](const Device& card) {
    matmul(sent(card, {64, 2048}, -1, 1), sent(card, {2048, 64}, -1, 1),
           {.fidelity = Fidelity::hifi4, .fp32_accumulate = true});
  });
  EXPECT_NE(wide.cause, Cause::dst_rounding);
  EXPECT_LT(wide.own->relative_l2, row.own->relative_l2 / 2);
}

TEST(Causes, SumsThatLeanToOneSide) {
  // Terms of one sign.
  const ExplainedOp row = last_row([](const Device& card) {
    matmul(sent(card, {32, 16384}, 0.9F, 1), sent(card, {16384, 32}, 0.9F, 1),
           {.fidelity = Fidelity::hifi4});
  });
  EXPECT_EQ(row.cause, Cause::stalled_sum) << row.because;
  EXPECT_GT(row.own->bias, 0.05);
  const ExplainedOp weights = last_row(
      [](const Device& card) {
        softmax(sent(card, {32, 16384}, -0.01F, 0.01F));
      },
      "0.57");
  EXPECT_EQ(weights.cause, Cause::stalled_sum) << weights.because;
}

TEST(Causes, AMaximumThatIsNotSubtracted) {
  const auto scores = [](const Device& card) { return sent(card, {32, 64}, 90, 200); };
  const ExplainedOp kept =
      last_row([&](const Device& card) { softmax(scores(card), {.numeric_stable = false}); });
  EXPECT_EQ(kept.cause, Cause::maximum_kept) << kept.because;
  const ExplainedOp less =
      last_row([&](const Device& card) { softmax(scores(card), {.numeric_stable = true}); });
  EXPECT_NE(less.cause, Cause::maximum_kept);
  // Small ones have room.
  const ExplainedOp small = last_row([&](const Device& card) {
    softmax(sent(card, {32, 64}, -1, 1), {.numeric_stable = false});
  });
  EXPECT_EQ(small.cause, Cause::exp_approximated);
}

// A line of a mask for all rows of a batch: what it adds to the scores decides.
TEST(Causes, AMaximumBesideAMask) {
  const auto with_mask = [](float from, float to) {
    return last_row(
        [=](const Device& card) {
          run_op(Op::scale_mask_softmax, {.tensors = {sent(card, {2, 1, 32, 64}, 150, 160),
                                                      sent(card, {2, 1, 1, 64}, from, to)}});
        },
        "0.57");
  };
  const ExplainedOp kept = with_mask(-1, 1), moved = with_mask(-156, -154);
  EXPECT_EQ(kept.cause, Cause::maximum_kept) << kept.because;
  EXPECT_NE(kept.because.find("64 of 64 rows"), std::string::npos) << kept.because;
  EXPECT_NE(moved.cause, Cause::maximum_kept) << moved.because;
}

TEST(Causes, PaddingThatCounts) {
  const auto masked = [](std::int64_t width) {
    return last_row(
        [width](const Device& card) {
          run_op(Op::scale_mask_softmax, {.tensors = {sent(card, {1, 1, 32, width}, -1, 1),
                                                      sent(card, {1, 1, 32, width}, -0.1F, 0.1F)}});
        },
        "0.57");
  };
  EXPECT_EQ(masked(40).cause, Cause::padding_counted) << masked(40).because;
  EXPECT_EQ(masked(64).cause, Cause::exp_approximated) << masked(64).because;
}

TEST(Causes, BlocksWithOneExponent) {
  const ExplainedOp row = last_row([](const Device& card) {
    Tensor host = testing::uniform_tensor({32, 32}, 3);
    for (std::int64_t i = 0; i < 1024; i += 16) host.mutable_values<float>()[i] = 100;
    to_device(host, card, {.dtype = DType::bfloat8_b});
  });
  EXPECT_EQ(row.cause, Cause::block_format);
}

TEST(Causes, ANumberThatIsCut) {
  const ExplainedOp row = last_row([](const Device& card) {
    multiply(sent(card, {32, 32}, -1, 1), 0.1);
  });
  EXPECT_EQ(row.cause, Cause::number_cut);
  const ExplainedOp half = last_row([](const Device& card) {
    multiply(sent(card, {32, 32}, -1, 1), 0.75);
  });
  EXPECT_EQ(half.cause, Cause::result_rounding);
}

TEST(Causes, NothingToGain) {
  const ExplainedOp row = last_row([](const Device& card) {
    subtract(sent(card, {32, 32}, -1, 1), sent(card, {32, 32}, 0.3F, 0.9F));
  });
  EXPECT_EQ(row.cause, Cause::result_rounding);
}

}  // namespace
}  // namespace wattention
