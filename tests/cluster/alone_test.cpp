// What needs no mpirun: a cluster of one, the ring's arithmetic, the model, the environment.
#include <gtest/gtest.h>
#include <wattention/cluster.h>
#include <wattention/random.h>

#include "base/alike_ranks.h"
#include "base/fail.h"
#include "base/launcher.h"
#include "cluster/ring_options.h"
#include "cluster/shared_attention.h"

namespace wattention {
namespace {

TEST(Alone, AClusterOfOneIsThePlainOp) {
  Cluster cluster = Cluster::join();
  EXPECT_EQ(cluster.size(), 1);
  EXPECT_EQ(cluster.gather("words"), std::vector<std::string>{"words"});
  Generator generator(1);
  const Tensor all = randn({1, 2, 30, 8}, generator);
  const Tensor one = scaled_dot_product_attention(all, all, all, {.is_causal = true});
  const Tensor several = scaled_dot_product_attention(cluster, all, all, all, {.is_causal = true});
  EXPECT_TRUE(std::ranges::equal(one.values<float>(), several.values<float>()));
  const Tensor again = cluster.whole_tokens(cluster.own_tokens(all));
  EXPECT_TRUE(std::ranges::equal(again.values<float>(), all.values<float>()));
}

// Each pair of tokens of the whole sequence, against what a part's options say of the ranks' own numbers.
TEST(RingOptions, SayOfEachPairWhatTheWholeSays) {
  const std::optional<int> windows[] = {std::nullopt, 0, 1, 5, 17};
  for (const int size : {1, 2, 3, 5})
    for (const bool causal : {false, true})
      for (const auto& left : windows)
        for (const auto& right : windows)
          for (int own = 0; own < size; ++own)
            for (int other = 0; other < size; ++other) {
              ScaledDotProductAttentionOptions whole;
              whole.is_causal = causal;
              whole.window_left = left;
              whole.window_right = right;
              const auto part = ring_options(whole, own, other, size);
              for (int i = 0; i < 12; ++i)
                for (int j = 0; j < 12; ++j) {
                  const int query = i * size + own, key = j * size + other;
                  const bool seen = (!causal || key <= query) && (!left || key >= query - *left) &&
                                    (!right || key <= query + *right);
                  const int at = i + (part ? part->position.value_or(0) : 0);
                  const bool here = part && (!part->window_left || j >= at - *part->window_left) &&
                                    (!part->window_right || j <= at + *part->window_right);
                  ASSERT_EQ(seen, here) << query << " and " << key << " of " << size;
                }
            }
}

TEST(Stripe, CountsEachTokenOnce) {
  for (std::int64_t tokens = 0; tokens < 20; ++tokens) {
    std::int64_t sum = 0;
    for (int rank = 0; rank < 7; ++rank) sum += stripe(tokens, rank, 7);
    EXPECT_EQ(sum, tokens);
  }
}

TEST(RingModel, ComputingHidesTheExchangeWhereItIsLonger) {
  const RingModel model{
      .one_host_s = 8, .key_value_bytes = 8e9, .link_bytes_per_s = 1e10, .step_s = 0};
  // 8 hosts: each computes 1 s in 8 steps of 0.125 s; a step's exchange of 1e9 bytes takes 0.1 s.
  const RingEstimate hidden = estimate_ring(model, 8);
  EXPECT_DOUBLE_EQ(hidden.time_s, 1);
  EXPECT_DOUBLE_EQ(hidden.efficiency, 1);
  // 16: steps of 8 / 256 s beside exchanges of 0.05 s, of which there are 15.
  EXPECT_DOUBLE_EQ(estimate_ring(model, 16).time_s, 15 * 0.05 + 8.0 / 256);
  EXPECT_DOUBLE_EQ(estimate_ring(model, 1).time_s, 8);
  EXPECT_THROW(estimate_ring(model, 0), Error);
  EXPECT_THROW(estimate_ring({}, 2), Error);
}

TEST(Launch, SharesTheMachineAmongItsRanks) {
  EXPECT_EQ(among_ranks({8}, 8, 1).count, 8);
  const ThreadCount part = among_ranks({8}, 8, 3);
  EXPECT_EQ(part.count, 2);
  EXPECT_EQ(part.limit, "3 ranks on this machine");
  EXPECT_EQ(among_ranks({1, "affinity"}, 8, 4).limit, "affinity");
  EXPECT_EQ(among_ranks({2}, 2, 4).count, 1);
}

TEST(AlikeRanks, NamesTheFirstThatDiffers) {
  const std::vector<std::string> words{"0.3.0", "0.3.0", "0.2.0"};
  const auto host = [](int rank) { return std::string(1, static_cast<char>('a' + rank)); };
  try {
    expect_alike("cluster", "version", words, host);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[cluster] expected one version on all ranks; found 0.3.0 on rank 0 (a) and 0.2.0 "
                 "on rank 2 (c)");
  }
}

}  // namespace
}  // namespace wattention
