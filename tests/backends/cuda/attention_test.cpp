// The fused attention on the GPU: from the host, in the GPU's memory, many at once; blocks of rows; folded weights.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "backends/cuda/gpu_test.h"
#include "bench/verification.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::uniform_tensor;
using testing::Values;

using Attention = testing::GpuTest;

struct Module {
  Tensor query, key, value;
  FusedAttention on(const Device& device, AttentionOptions options = {}) const {
    return {query, key, value, device, options};
  }
};

Module module_of(std::int64_t embed_dim, std::int64_t head_dim, DType dtype) {
  const float scale = 2.0f / std::sqrt(static_cast<float>(embed_dim));
  const auto weight = [&](std::uint64_t seed) {
    return uniform_tensor({head_dim, embed_dim}, seed, scale).to(dtype);
  };
  return {weight(1), weight(2), weight(3)};
}

// Within twice the plain formula's error, on every input and for either way to project.
TEST_F(Attention, StaysWithinTwiceThePlainFormulasError) {
  const std::array<std::int64_t, 3> shapes[] = {
      {64, 64, 64}, {33, 40, 24}, {7, 5, 3}, {128, 256, 96}, {160, 96, 128}};
  for (const auto& [tokens, embed_dim, head_dim] : shapes)
    for (const DType dtype : {DType::f32, DType::bf16})
      for (const bool fold : {false, true})
        for (const char* input : {"normal", "outliers", "ties", "large"}) {
          VerifyCase sizes{
              .input = input, .tokens = tokens, .embed_dim = embed_dim, .head_dim = head_dim};
          sizes.draws = std::min(steady_draws(sizes), 256);
          const auto verdicts =
              verify_on_host(sizes, device_,
                             {.variant = Variant::fused, .dtype = dtype, .fold_projections = fold});
          ASSERT_FALSE(verdicts.empty());
          for (const StageVerdict& verdict : verdicts)
            EXPECT_TRUE(verdict.pass())
                << tokens << "x" << embed_dim << "x" << head_dim << " " << to_string(dtype) << " "
                << input << (fold ? " folded" : "") << ": " << verdict.error.relative_l2 << " of "
                << verdict.relative_l2_bound << ", " << verdict.error.max_relative << " of "
                << verdict.max_relative_bound;
        }
}

TEST_F(Attention, GivesTheSameBitsFromHostAndFromItsOwnMemory) {
  const Module module = module_of(256, 128, DType::bf16);
  const FusedAttention attention = module.on(device_);
  std::vector<Tensor> tokens, contexts;
  for (std::uint64_t i = 0; i < 7; ++i) {
    tokens.push_back(uniform_tensor({192, 256}, 10 + i));
    contexts.push_back(Tensor::zeros({192, 128}, DType::bf16));
  }
  attention.forward_all(tokens, contexts);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Values expected = testing::values_of(attention(tokens[i]));
    EXPECT_EQ(testing::values_of(contexts[i]), expected) << i;
    EXPECT_EQ(testing::values_of(to_host(attention(to_device(tokens[i], device_)))), expected) << i;
  }
}

// Shapes may change on the way.
TEST_F(Attention, ManyOfSeveralShapes) {
  const FusedAttention attention = module_of(64, 32, DType::f32).on(device_);
  std::vector<Tensor> tokens, contexts;
  for (const std::int64_t count : {8, 8, 5, 64, 64, 64, 64, 64, 1}) {
    tokens.push_back(uniform_tensor({count, 64}, static_cast<std::uint64_t>(count)));
    contexts.push_back(Tensor::zeros({count, 32}));
  }
  attention.forward_all(tokens, contexts);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    EXPECT_EQ(testing::values_of(contexts[i]), testing::values_of(attention(tokens[i]))) << i;
}

TEST_F(Attention, BatchesAreTheirTensors) {
  const Module module = module_of(64, 64, DType::f32);
  const FusedAttention attention = module.on(device_);
  const Tensor batch = uniform_tensor({9, 48, 64}, 4);
  const Values together = testing::values_of(to_host(attention(to_device(batch, device_))));
  const Values values = testing::values_of(batch);
  for (std::size_t i = 0; i < 9; ++i) {
    Tensor one = Tensor::empty({48, 64});
    for (std::size_t j = 0; j < 48 * 64; ++j)
      one.mutable_values<float>()[j] = static_cast<float>(values[i * 48 * 64 + j]);
    const Values alone = testing::values_of(attention(one));
    for (std::size_t j = 0; j < alone.size(); ++j)
      // Another order of at most 64 sums in f32.
      ASSERT_NEAR(together[i * alone.size() + j], alone[j], 1e-5) << i << " at " << j;
  }
}

// 4096 tokens are several blocks of rows. A row depends on all tokens, and is computed here in double.
TEST_F(Attention, LongSequencesInBlocksOfRows) {
  constexpr std::int64_t tokens = 4096, width = 32;
  const Module module = module_of(width, width, DType::f32);
  const Tensor x = uniform_tensor({tokens, width}, 5);
  const Values found = testing::values_of(module.on(device_)(x));
  const auto projected = [&](const Tensor& weight) {
    return testing::matmul(testing::values_of(x),
                           testing::transpose(testing::values_of(weight), width, width), tokens,
                           width, width);
  };
  const Values query = projected(module.query), key = projected(module.key),
               value = projected(module.value);
  for (const std::int64_t row : {0, 1535, 1536, 2500, 4095}) {
    Values scores;
    for (std::int64_t t = 0; t < tokens; ++t) {
      double score = 0;
      for (std::int64_t i = 0; i < width; ++i) score += query[row * width + i] * key[t * width + i];
      scores.push_back(score / std::sqrt(static_cast<double>(width)));
    }
    const Values weights = testing::softmax_rows(scores, 1, tokens);
    for (std::int64_t i = 0; i < width; ++i) {
      double context = 0;
      for (std::int64_t t = 0; t < tokens; ++t) context += weights[t] * value[t * width + i];
      ASSERT_NEAR(found[row * width + i], context, 1e-5) << row << " at " << i;
    }
  }
}

TEST_F(Attention, NotANumberStaysOne) {
  const FusedAttention attention = module_of(16, 16, DType::bf16).on(device_);
  Tensor tokens = uniform_tensor({8, 16}, 6);
  tokens.mutable_values<float>()[3 * 16] = NAN;
  for (const double value : testing::values_of(attention(tokens))) EXPECT_TRUE(std::isnan(value));
}

TEST_F(Attention, RefusesTokensOfAnotherPlace) {
  const FusedAttention attention = module_of(16, 16, DType::f32).on(device_);
  const Tensor tokens = uniform_tensor({8, 16}, 7);
  EXPECT_THROW(attention(to_device(tokens, open_device("cuda"))), Error);
  EXPECT_THROW(attention(to_device(uniform_tensor({8, 15}, 7), device_)), Error);
  std::vector<Tensor> contexts(1);
  EXPECT_THROW(attention.forward_all(std::vector<Tensor>{}, contexts), Error);
}

}  // namespace
}  // namespace wattention
