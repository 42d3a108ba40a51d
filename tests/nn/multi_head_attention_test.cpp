// Heads between two projections, against the same in float64; torch itself is asked in python/tests.
#include <wattention/multi_head_attention.h>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

#include "device/value_less.h"
#include "oracle.h"
#include "refusal.h"

namespace wattention {
namespace {

using testing::refusal;

using testing::values_of;

void expect_near(const Tensor& found, const Tensor& exact, double error) {
  ASSERT_EQ(found.shape(), exact.shape());
  const auto a = values_of(found), b = values_of(exact);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], error) << i;
}

MultiHeadAttention drawn(const MultiHeadAttentionOptions& options) {
  Generator generator(5);
  return MultiHeadAttention(24, 6, options, generator);
}

TEST(MultiHeadAttention, AgreesWithFloat64OnEveryKindOfHeads) {
  Generator generator(3);
  const Tensor tokens = randn({2, 7, 24}, generator);
  const Device reference = open_device("reference");
  for (const int num_kv_heads : {6, 2, 1}) {
    for (const bool is_causal : {false, true}) {
      const MultiHeadAttention attention =
          drawn({.num_kv_heads = num_kv_heads, .is_causal = is_causal});
      expect_near(attention(tokens), attention.to(reference)(tokens), 1e-5);
      expect_near(attention.to(open_device("cpu"))(tokens), attention(tokens), 0);
    }
  }
}

TEST(MultiHeadAttention, TwoDimensionsAreOneBatch) {
  Generator generator(3);
  const Tensor tokens = randn({7, 24}, generator);
  const MultiHeadAttention attention = drawn({});
  expect_near(attention(tokens), attention(tokens.view({1, 7, 24})).view({7, 24}), 0);
}

// bf16's rounding of tokens, weights and every stage: a few units in the last place of values below 1.
TEST(MultiHeadAttention, OnTheCardItIsBuiltFromOps) {
  Generator generator(3);
  const Tensor tokens = randn({1, 64, 128}, generator);
  const Device card = open_device("wormhole", {.explain = true});
  for (const int num_kv_heads : {4, 2}) {
    for (const bool is_causal : {false, true}) {
      const MultiHeadAttention attention(
          128, 4, {.num_kv_heads = num_kv_heads, .is_causal = is_causal}, generator);
      expect_near(attention.to(card)(tokens).to(DType::f32), attention(tokens), 0.03);
    }
  }
  Device reports = card;
  std::string ops;
  for (const OpReport& report : reports.take_reports()) ops += report.op + " ";
  EXPECT_NE(ops.find("split_heads matmul softmax split_heads matmul concatenate_heads"), ops.npos)
      << ops;
}

TEST(MultiHeadAttention, ACacheGivesWhatTheWholeSequenceGives) {
  Generator generator(3);
  const Tensor tokens = randn({1, 9, 24}, generator);
  const MultiHeadAttention attention = drawn({.num_kv_heads = 2, .is_causal = true});
  const Tensor whole = attention(tokens);
  KeyValueCache cache(1, 2, 9, 4);
  for (const auto& [begin, end] : {std::pair(0, 4), std::pair(4, 5), std::pair(5, 9)}) {
    const auto part = [&](const Tensor& tensor) {
      return slice(tensor, Dims{0, begin, 0}, Dims{1, end, 24});
    };
    expect_near(attention(part(tokens), cache), part(whole), 1e-5);
  }
}

// Each stage is what its parts make of the stage before.
TEST(MultiHeadAttention, StagesAreThoseOfTheForward) {
  Generator generator(3);
  const Tensor tokens = randn({2, 7, 24}, generator);
  for (const char* device : {"cpu", "reference"}) {
    const MultiHeadAttention attention =
        drawn({.num_kv_heads = 2, .is_causal = true}).to(open_device(device));
    const MultiHeadAttentionStages stages = attention.stages(tokens);
    expect_near(stages.output, attention(tokens), 0);
    EXPECT_EQ(stages.key.shape(), (Shape{2, 7, 8}));
    EXPECT_FALSE(stages.scores.defined());
    const auto narrow = [](const Tensor& tensor) { return tensor.to(DType::f32); };
    expect_near(
        scaled_dot_product_attention(narrow(stages.query), narrow(stages.key), narrow(stages.value),
                                     {.is_causal = true, .heads = 6, .kv_heads = 2}),
        stages.context, 1e-6);
    expect_near(linear(narrow(stages.context), attention.weights().out_proj_weight), stages.output,
                1e-6);
  }
}

TEST(MultiHeadAttention, StagesBesideACacheAreOfItsNewTokens) {
  Generator generator(3);
  const Tensor tokens = randn({1, 5, 24}, generator);
  const MultiHeadAttention attention = drawn({.num_kv_heads = 2, .is_causal = true});
  KeyValueCache cache(1, 2, 10, 4), other(1, 2, 10, 4);
  attention(tokens, cache);
  attention(tokens, other);
  const MultiHeadAttentionStages stages = attention.stages(tokens, cache);
  EXPECT_EQ(stages.key.shape(), (Shape{1, 5, 8}));
  expect_near(stages.output, attention(tokens, other), 0);
  EXPECT_EQ(cache.length(), 10);
}

TEST(MultiHeadAttention, OnTheCardScoresAndWeightsAreStages) {
  Generator generator(3);
  const Tensor tokens = randn({1, 64, 128}, generator);
  const MultiHeadAttention attention(128, 4, {.num_kv_heads = 2, .is_causal = true}, generator);
  const MultiHeadAttention there = attention.to(open_device("wormhole"));
  const MultiHeadAttentionStages stages = there.stages(tokens), exact = attention.stages(tokens);
  expect_near(stages.output, there(tokens), 0);
  expect_near(stages.query.to(DType::f32), exact.query, 0.1);
  expect_near(stages.value.to(DType::f32), exact.value, 0.1);
  expect_near(stages.context.to(DType::f32), exact.context, 0.1);
  EXPECT_EQ(stages.scores.shape(), (Shape{1, 4, 64, 64}));
  const auto weights = values_of(stages.weights);
  for (std::size_t row = 0; row < 4 * 64; ++row) {
    double sum = 0;
    for (std::size_t key = 0; key < 64; ++key) {
      sum += weights[row * 64 + key];
      if (key > row % 64) {
        ASSERT_EQ(weights[row * 64 + key], 0);
      }
    }
    ASSERT_NEAR(sum, 1, 0.05);
  }
}

// With values they would see each other through masks of 256 MiB.
TEST(MultiHeadAttention, WithoutValuesTheMaskTakesNoMemory) {
  const auto peak_kib = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  Generator generator(3);
  const MultiHeadAttention attention(128, 4, {.is_causal = true}, generator);
  const Device shapes = open_device("wormhole", {.mode = Mode::shape});
  const Tensor tokens = value_less({4, 4096, 128}, DType::f32);
  const auto before = peak_kib();
  EXPECT_EQ(attention.to(shapes)(tokens).shape(), tokens.shape());
  EXPECT_LT(peak_kib() - before, 64 << 10);
}

TEST(MultiHeadAttention, WhatDoesNotFitIsOneSentence) {
  Generator generator(1);
  const std::string what = "[multi_head_attention] expected ";
  EXPECT_EQ(refusal([&] { MultiHeadAttention(24, 5, {}, generator); }),
            what + "an embed_dim that is a multiple of num_heads; found 24 and 5");
  EXPECT_EQ(refusal([&] { MultiHeadAttention(24, 6, {.num_kv_heads = 4}, generator); }),
            what + "num_heads that are a multiple of num_kv_heads; found 6 and 4");
  MultiHeadAttentionWeights weights = drawn({}).weights();
  weights.in_proj_bias = Tensor::zeros({24});
  EXPECT_EQ(refusal([&] { MultiHeadAttention(weights, 6); }),
            what + "in_proj_bias [72] on the host; found [24]");
  EXPECT_EQ(refusal([] {
              drawn({})(Tensor::zeros({3, 23}));
            }),
            what + "query [batch, tokens, 24] or [tokens, 24]; found [3, 23]");
  KeyValueCache other(1, 4, 8, 6);  // as wide, and of other heads: nothing is kept
  EXPECT_EQ(refusal([&] {
              drawn({})(Tensor::zeros({3, 24}), other);
            }),
            what + "a cache of 6 heads of 4; found [1, 4, 8, 6]");
  EXPECT_EQ(other.length(), 0);
  EXPECT_EQ(refusal([] { multi_head_attention_weights({}, "layer."); }),
            what + "a tensor called layer.in_proj_weight; found none among 0");
}

}  // namespace
}  // namespace wattention
