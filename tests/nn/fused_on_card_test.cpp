// Variant fused on the software card: the op of a release that has it.
#include <gtest/gtest.h>
#include <wattention/attention.h>
#include <wattention/multi_head_attention.h>
#include <wattention/nn.h>

#include <cmath>
#include <functional>
#include <string>

#include "device/value_less.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::values_of;

Device card_with_the_op(DeviceOptions options = {}) {
  options.release_profile = "0.81";
  return open_device("wormhole", options);
}

// Norm of the differences over the norm of what is exact.
double relative_error(const Tensor& values, const Tensor& exact) {
  const auto found = values_of(values.to(DType::f64)), expected = values_of(exact.to(DType::f64));
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += (found[i] - expected[i]) * (found[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(error / norm);
}

TEST(FusedOnCard, IsTheReleasesOpBetweenTheResidentsProducts) {
  Generator generator(1);
  const Tensor tokens = randn({70, 96}, generator);
  const SelfAttention module(96, 64, generator);
  const Device card = card_with_the_op();
  const SelfAttention fused = module.to(card, Variant::fused);
  const AttentionStages stages = fused.stages(tokens),
                        resident = module.to(card, Variant::resident).stages(tokens);
  EXPECT_EQ(values_of(stages.query), values_of(resident.query));
  EXPECT_EQ(values_of(stages.value), values_of(resident.value));
  EXPECT_FALSE(stages.scores.defined());
  EXPECT_FALSE(stages.weights.defined());
  const auto head = [&](const Tensor& rows) {
    return to_device(rows.view({1, 1, 70, 64}), card, {.dtype = DType::bf16});
  };
  const Tensor context = to_host(
      scaled_dot_product_attention(head(stages.query), head(stages.key), head(stages.value)));
  EXPECT_EQ(values_of(stages.context), values_of(context));
  EXPECT_EQ(values_of(fused(tokens)), values_of(context));
}

TEST(FusedOnCard, FollowsTheFormula) {
  Generator generator(1);
  const Tensor tokens = randn({70, 96}, generator);
  const SelfAttention module(96, 64, generator);
  const Tensor exact = module.to(open_device("reference"), Variant::reference)(tokens);
  const Tensor context = module.to(
      card_with_the_op(), {.variant = Variant::fused, .fidelity = Fidelity::hifi4})(tokens);
  EXPECT_LE(relative_error(context, exact), 0.03);
}

TEST(FusedOnCard, HeadsThatShareKeysFollowTheFormula) {
  Generator generator(3);
  const Tensor tokens = randn({2, 64, 128}, generator);
  for (const bool is_causal : {false, true}) {
    const MultiHeadAttention attention(128, 4, {.num_kv_heads = 2, .is_causal = is_causal},
                                       generator);
    const MultiHeadAttention there = attention.to(card_with_the_op(), Variant::fused);
    const MultiHeadAttentionStages stages = there.stages(tokens);
    EXPECT_FALSE(stages.scores.defined());
    EXPECT_LE(relative_error(stages.output, attention(tokens)), 0.03);
    EXPECT_EQ(values_of(stages.output), values_of(there(tokens)));
  }
}

TEST(FusedOnCard, AnswersWithoutValues) {
  Generator generator(1);
  const Device card = card_with_the_op({.mode = Mode::shape});
  const SelfAttention module(64, 64, generator);
  const Tensor context = module.to(card, Variant::fused)(value_less({8192, 64}, DType::f32));
  EXPECT_EQ(context.shape(), Shape({8192, 64}));
}

std::string unsupported(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    return error.what();
  }
  return "none";
}

TEST(FusedOnCard, WhatIsNotThereIsRefused) {
  Generator generator(1);
  const Tensor tokens = randn({32, 64}, generator);
  const SelfAttention module(64, 64, generator);
  const Device without = open_device("wormhole", {.release_profile = "0.57"});
  EXPECT_EQ(unsupported([&] { module.to(without, Variant::fused)(tokens); }),
            "[scaled_dot_product_attention] expected an op whose program is known in release 0.57; "
            "found one that is not (build it from matmul, scale_mask_softmax and matmul)");
  EXPECT_EQ(unsupported([&] {
              module.to(card_with_the_op(), {.variant = Variant::fused, .fold_projections = true});
            }),
            "[attention] expected no fold_projections on wormhole; found it");
  const MultiHeadAttention heads(64, 2, {}, generator);
  EXPECT_EQ(unsupported([&] { heads.to(card_with_the_op(), Variant::naive); }),
            "[multi_head_attention] expected variant resident or fused on wormhole; found naive");
  EXPECT_EQ(unsupported([&] { heads.to(open_device("cpu"), Variant::fused); }),
            "[multi_head_attention] expected no variant on cpu; found fused");
}

}  // namespace
}  // namespace wattention
