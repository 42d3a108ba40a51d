// Run by mpirun: what several ranks compute against what one does. Each rank draws everything from the same seeds, so
// that the whole operands and the one machine's result are known everywhere.
#include <gtest/gtest.h>
#include <wattention/cluster.h>
#include <wattention/random.h>

#include <cmath>
#include <cstring>
#include <random>

#include "base/fail.h"

namespace wattention {
namespace {

Cluster& ranks() {
  static Cluster cluster = Cluster::join({.time_limit_s = 60});
  return cluster;
}

struct Operands {
  Tensor query, key, value;
  ScaledDotProductAttentionOptions options;
};

int draw(std::mt19937& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

std::optional<int> maybe(std::mt19937& random, int high) {
  return draw(random, 0, 2) == 0 ? std::optional(draw(random, 0, high)) : std::nullopt;
}

// Either layout, any number of tokens, also fewer than ranks.
Operands random_case(std::mt19937& random, int multiple) {
  const int kv_heads = draw(random, 1, 3) * multiple, heads = kv_heads * draw(random, 1, 3);
  const int batch = draw(random, 1, 2), queries = draw(random, 1, 90), keys = draw(random, 1, 300);
  const int head_dim = draw(random, 1, 40), value_dim = draw(random, 1, 40);
  const DType dtype = draw(random, 0, 1) == 0 ? DType::f32 : DType::bf16;
  Generator generator(random());
  const bool four = draw(random, 0, 1) == 0;
  const auto operand = [&](int count, int rows, int columns) {
    const Shape shape =
        four ? Shape{batch, count, rows, columns} : Shape{batch, rows, count * columns};
    return randn(shape, generator).to(dtype);
  };
  Operands made{operand(heads, queries, head_dim),
                operand(kv_heads, keys, head_dim),
                operand(kv_heads, keys, value_dim),
                {}};
  made.options.is_causal = draw(random, 0, 1) == 0;
  made.options.window_left = maybe(random, 60);
  made.options.window_right = maybe(random, 60);
  if (draw(random, 0, 3) == 0) made.options.scale = 0.3;
  if (draw(random, 0, 3) == 0) made.options.softcap = 2;
  if (!four) made.options.heads = heads, made.options.kv_heads = kv_heads;
  return made;
}

Tensor shared(const Operands& operands, ClusterSplit split) {
  Cluster& cluster = ranks();
  return scaled_dot_product_attention(cluster, cluster.own_tokens(operands.query),
                                      cluster.own_tokens(operands.key),
                                      cluster.own_tokens(operands.value), operands.options, split);
}

std::string bytes_of(const Tensor& tensor) {
  std::string bytes;
  const auto append = [&](auto values) {
    bytes.assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  };
  tensor.dtype() == DType::f32 ? append(tensor.values<float>()) : append(tensor.values<bfloat16>());
  return bytes;
}

// The largest difference over the largest value: contexts are means of values.
double difference(const Tensor& a, const Tensor& b) {
  const Tensor left = a.to(DType::f64), right = b.to(DType::f64);
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < left.values<double>().size(); ++i) {
    worst = std::max(worst, std::abs(left.values<double>()[i] - right.values<double>()[i]));
    largest = std::max(largest, std::abs(right.values<double>()[i]));
  }
  return worst / std::max(largest, 1e-30);
}

TEST(Ranks, TokensOfRandomCasesAgreeWithOneMachine) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const Operands operands = random_case(random, 1);
    const Tensor one = ranks().own_tokens(scaled_dot_product_attention(
        operands.query, operands.key, operands.value, operands.options));
    const Tensor several = shared(operands, ClusterSplit::tokens);
    ASSERT_EQ(several.shape(), one.shape()) << i;
    // Two roundings to the dtype, and f32 sums of 300 terms in another order. The kernels' weights of bf16 are rounded
    // too, each side's to another power of two.
    const double bound = one.dtype() == DType::f32 ? 300 * 0x1p-23 : 3 * 0x1p-8;
    ASSERT_LE(difference(several, one), bound) << i << " of " << to_string(one.dtype());
    ASSERT_EQ(bytes_of(several), bytes_of(shared(operands, ClusterSplit::tokens)))
        << i << ": another run, other bits";
  }
}

TEST(Ranks, HeadsOfRandomCasesHaveOneMachinesBits) {
  std::mt19937 random(2);
  for (int i = 0; i < 200; ++i) {
    const Operands operands = random_case(random, ranks().size());
    const Tensor one = scaled_dot_product_attention(operands.query, operands.key, operands.value,
                                                    operands.options);
    ASSERT_EQ(bytes_of(shared(operands, ClusterSplit::heads)), bytes_of(ranks().own_tokens(one)))
        << i;
  }
}

TEST(Ranks, EachStepSendsWhatTheFormulaSays) {
  const int size = ranks().size();
  const std::int64_t tokens = 101, heads = 3, columns = 16;
  Generator generator(3);
  const Tensor all = randn({2, heads, tokens, columns}, generator);
  shared({all, all, all, {}}, ClusterSplit::tokens);
  const auto& steps = ranks().steps();
  ASSERT_EQ(steps.size(), static_cast<std::size_t>(size));
  for (const ClusterStep& step : steps) {
    const bool last = &step == &steps.back();
    const std::int64_t rows = ranks().tokens_of(step.keys_from, tokens);
    EXPECT_EQ(step.sent_bytes, last ? 0 : 2 * heads * rows * (columns + columns) * 4);
    EXPECT_LE(step.start_ms, step.computed_ms);
  }
}

// A key that nobody sees may hold anything; one that is seen and no number spoils its queries alone.
TEST(Ranks, KeysThatAreNoNumbers) {
  const std::int64_t tokens = 40, columns = 8;
  Generator generator(4);
  const Tensor all = randn({1, 1, tokens, columns}, generator);
  Tensor values = all.clone();
  const std::int64_t odd = 25;
  for (std::int64_t d = 0; d < columns; ++d)
    values.mutable_values<float>()[static_cast<std::size_t>(odd * columns + d)] = NAN;
  const Operands operands{all, all, values, {.is_causal = true}};
  const Tensor context = ranks().whole_tokens(shared(operands, ClusterSplit::tokens));
  if (ranks().rank() > 0) return;
  for (std::int64_t i = 0; i < tokens; ++i)
    EXPECT_EQ(std::isnan(context.values<float>()[static_cast<std::size_t>(i * columns)]), i >= odd)
        << i;
}

TEST(Ranks, TokensGoOutAndComeBack) {
  Generator generator(5);
  const Tensor whole = randn({2, 37, 5}, generator);
  const Tensor again = ranks().whole_tokens(ranks().own_tokens(whole));
  EXPECT_EQ(again.defined(), ranks().rank() == 0);
  if (again.defined()) {
    EXPECT_EQ(bytes_of(again), bytes_of(whole));
  }
}

TEST(Ranks, WordsOfAllByRank) {
  const auto words = ranks().gather("rank " + std::to_string(ranks().rank()));
  ASSERT_EQ(words.size(), static_cast<std::size_t>(ranks().size()));
  for (int rank = 0; rank < ranks().size(); ++rank)
    EXPECT_EQ(words[static_cast<std::size_t>(rank)], "rank " + std::to_string(rank));
}

std::string refusal(const Operands& operands, ClusterSplit split) {
  try {
    shared(operands, split);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Ranks, CallsThatDifferAreRefusedOnAll) {
  Generator generator(6);
  const Tensor all = randn({1, 1, 20, 8}, generator);
  Operands operands{all, all, all, {}};
  operands.options.scale = 1.0 + ranks().rank();
  EXPECT_NE(refusal(operands, ClusterSplit::tokens).find("expected one attention on all ranks"),
            std::string::npos);
  operands.options.scale.reset();
  operands.options.mask = Tensor::zeros({20, 20});
  EXPECT_NE(refusal(operands, ClusterSplit::tokens).find("found a mask"), std::string::npos);
  operands.options.mask = {};
  EXPECT_NE(refusal(operands, ClusterSplit::heads).find("can share evenly"), std::string::npos);
}

}  // namespace
}  // namespace wattention
