// The module against the notebook's printed digits and against its own formula in long double.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/nn.h>

#include <cmath>
#include <string>
#include <vector>

#include "device/backend.h"
#include "device/value_less.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::Values;

const Tensor& six_tokens() {
  static const Tensor tokens{{0.43f, 0.15f, 0.89f}, {0.55f, 0.87f, 0.66f}, {0.57f, 0.85f, 0.64f},
                             {0.22f, 0.58f, 0.33f}, {0.77f, 0.25f, 0.10f}, {0.05f, 0.80f, 0.55f}};
  return tokens;
}

SelfAttention notebook_module() {
  Generator generator(789);
  return SelfAttention(3, 2, generator);
}

void expect_digits(const Tensor& found, const std::vector<double>& printed, double half_digit) {
  const Values values = testing::values_of(found);
  ASSERT_EQ(values.size(), printed.size());
  for (std::size_t i = 0; i < printed.size(); ++i)
    EXPECT_LE(std::fabs(values[i] - printed[i]), half_digit * 1.0001) << "element " << i;
}

TEST(SelfAttention, GivesTheNotebooksContext) {  // printed by the notebook's cell 4, four digits
  expect_digits(notebook_module()(six_tokens()),
                {-0.0739, 0.0713, -0.0748, 0.0703, -0.0749, 0.0702, -0.0760, 0.0685, -0.0763,
                 0.0679, -0.0754, 0.0693},
                0.5e-4);
}

TEST(SelfAttention, GivesTheNotebooksScores) {  // printed by the notebook's cell 6
  expect_digits(notebook_module().stages(six_tokens()).scores,
                {0.2899, 0.0716, 0.0760, -0.0138, 0.1344, -0.0511, 0.4656, 0.1723, 0.1751,
                 0.0259, 0.1771, 0.0085, 0.4594,  0.1703, 0.1731,  0.0259, 0.1745, 0.0090,
                 0.2642, 0.1024, 0.1036, 0.0186,  0.0973, 0.0122,  0.2183, 0.0874, 0.0882,
                 0.0177, 0.0786, 0.0144, 0.3408,  0.1270, 0.1290,  0.0198, 0.1290, 0.0078},
                0.5e-4);
}

Values formula(const Tensor& x, const Tensor& wq, const Tensor& wk, const Tensor& wv) {
  const std::int64_t tokens = x.size(0), embed_dim = x.size(1), head_dim = wq.size(0);
  const auto project = [&](const Tensor& weight) {
    return testing::matmul(testing::values_of(x),
                           testing::transpose(testing::values_of(weight), head_dim, embed_dim),
                           tokens, embed_dim, head_dim);
  };
  Values scores = testing::matmul(project(wq), testing::transpose(project(wk), tokens, head_dim),
                                  tokens, head_dim, tokens);
  for (double& score : scores) score /= std::sqrt(static_cast<double>(head_dim));
  return testing::matmul(testing::softmax_rows(scores, tokens, tokens), project(wv), tokens, tokens,
                         head_dim);
}

// |found - expected| / |expected| in the Euclidean norm.
double relative_error(const Values& found, const Values& expected) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += (found.at(i) - expected[i]) * (found.at(i) - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(error / norm);
}

// Sixteen roundings of a value at most, of bf16 four: one per stage. The card's exponentials and reciprocals are off by
// up to 4 % each, half of it in the mean; LoFi cuts weights to 5 bits (2^-4) in three products one after the other.
// 37 tokens of width 48 and heads of 40 are folded where that is asked for.
TEST(SelfAttention, EveryVariantFollowsTheFormula) {
  const Tensor x = testing::uniform_tensor({37, 48}, 1);
  const Tensor wq = testing::uniform_tensor({40, 48}, 2, 0.5f),
               wk = testing::uniform_tensor({40, 48}, 3, 0.5f),
               wv = testing::uniform_tensor({40, 48}, 4, 0.5f);
  constexpr double f64 = 16 * 0x1p-53, f32 = 16 * 0x1p-24, bf16 = 4 * 0x1p-8, card = 0.04;
  const SelfAttention module(wq, wk, wv);
  const Values expected = formula(x, wq, wk, wv);
  const struct {
    const char* device;
    AttentionConfig config;
    double bound;
  } cases[] = {
      {"reference", {.variant = Variant::reference}, f64},
      {"cpu", {.variant = Variant::reference}, f32},
      {"cpu", {.variant = Variant::fused}, f32},
      {"cpu", {.variant = Variant::fused, .fold_projections = true}, f32},
      {"cpu", {.variant = Variant::reference, .dtype = DType::bf16}, bf16},
      {"cpu", {.variant = Variant::fused, .dtype = DType::bf16}, bf16},
      {"cpu", {.variant = Variant::fused, .dtype = DType::bf16, .fold_projections = true}, bf16},
      {"wormhole", {.variant = Variant::naive}, card},
      {"wormhole", {.variant = Variant::resident, .fidelity = Fidelity::hifi4}, card},
      {"wormhole", {.variant = Variant::resident}, card + 3 * 0x1p-4},
  };
  for (const auto& c : cases) {
    const SelfAttention moved = module.to(open_device(c.device), c.config);
    EXPECT_LE(relative_error(testing::values_of(moved(x)), expected), c.bound)
        << c.device << " " << to_string(c.config.variant) << " "
        << to_string(c.config.dtype.value_or(DType::f32));
  }
}

TEST(SelfAttention, ShapeModeAnswersWithoutValues) {
  Generator generator(1);
  const SelfAttention module(64, 64, generator);
  for (const Variant variant : {Variant::naive, Variant::resident}) {
    const Device card = open_device("wormhole", {.mode = Mode::shape, .explain = true});
    const Tensor context = module.to(card, variant)(value_less({8192, 64}, DType::f32));
    EXPECT_EQ(context.shape(), Shape({8192, 64}));
    EXPECT_FALSE(context.on_host());
    EXPECT_GE(Device(card).take_reports().size(), 3u);
  }
}

TEST(SelfAttention, ResidentWeightsLieWhereTheyAreAsked) {
  Generator generator(1);
  const SelfAttention module(64, 64, generator);
  for (const Memory memory : {Memory::l1, Memory::dram}) {
    const Device card = open_device("wormhole", {.mode = Mode::shape});
    const SelfAttention resident =
        module.to(card, {.variant = Variant::resident, .weights = memory});
    const DeviceCounts counts = card.backend().counts();
    EXPECT_EQ(counts.l1_bytes_per_bank > 0, memory == Memory::l1);
    EXPECT_EQ(counts.dram_bytes_per_bank > 0, memory == Memory::dram);
  }
}

TEST(SelfAttention, ForwardFillsTheCallersTensor) {
  const Tensor x = testing::uniform_tensor({5, 8}, 5);
  Generator generator(1);
  const SelfAttention module(8, 4, generator);
  for (const Variant variant : {Variant::reference, Variant::fused}) {
    const SelfAttention moved = module.to(open_device("cpu"), variant);
    Tensor context = Tensor::zeros({5, 4});
    moved.forward(x, context);
    EXPECT_EQ(testing::values_of(context), testing::values_of(moved(x)));
    Tensor wrong = Tensor::zeros({4, 5});
    EXPECT_THROW(moved.forward(x, wrong), Error);
  }
}

TEST(SelfAttention, TokensInF64AreRoundedOnTheCpu) {
  const Tensor x = testing::uniform_tensor({5, 8}, 5);
  Generator generator(1);
  const SelfAttention module(8, 4, generator);
  for (const Variant variant : {Variant::reference, Variant::fused}) {
    const SelfAttention moved = module.to(open_device("cpu"), variant);
    EXPECT_EQ(testing::values_of(moved(x.to(DType::f64))), testing::values_of(moved(x)))
        << to_string(variant);
  }
}

TEST(SelfAttention, RefusesWhatDoesNotFit) {
  const SelfAttention module = notebook_module();
  EXPECT_THROW(module(Tensor::zeros({6, 4})), Error);
  EXPECT_THROW(module(Tensor::zeros({0, 3})), Error);
  EXPECT_THROW(module(Tensor::zeros({3})), Error);
  EXPECT_THROW(SelfAttention(Tensor::zeros({2, 3}), Tensor::zeros({2, 3}), Tensor::zeros({3, 2})),
               Error);
  Generator generator(1);
  EXPECT_THROW(SelfAttention(0, 2, generator), Error);
}

TEST(SelfAttention, VariantsWithoutTheirDeviceAreRefused) {
  const SelfAttention module = notebook_module();
  EXPECT_THROW(module.to(open_device("cpu"), Variant::naive), Error);
  EXPECT_THROW(module.to(open_device("cpu"), Variant::resident), Error);
  EXPECT_THROW(module.to(open_device("reference"), Variant::fused), Error);
  EXPECT_THROW(module.to(open_device("wormhole"), Variant::reference), Error);
  EXPECT_THROW(parse_variant("quick"), Error);
}

}  // namespace
}  // namespace wattention
