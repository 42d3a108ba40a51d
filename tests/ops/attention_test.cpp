// What scaled_dot_product_attention and its cache refuse.
#include <gtest/gtest.h>
#include <wattention/attention.h>

#include <string>

#include "refusal.h"

namespace wattention {
namespace {

using testing::refusal;

using Options = ScaledDotProductAttentionOptions;

TEST(AttentionRefusals, BadInputIsOneSentence) {
  const auto sdpa = [](const Shape& q, const Shape& k, const Shape& v, Options options = {}) {
    return refusal([&] {
      scaled_dot_product_attention(Tensor::zeros(q), Tensor::zeros(k), Tensor::zeros(v), options);
    });
  };
  const std::string op = "[scaled_dot_product_attention] expected ";
  EXPECT_EQ(sdpa({1, 3, 4, 8}, {1, 2, 4, 8}, {1, 2, 4, 8}),
            op + "query heads that are a multiple of the key's; found 3 and 2");
  EXPECT_EQ(sdpa({1, 2, 4, 8}, {2, 2, 4, 8}, {2, 2, 4, 8}),
            op + "one batch size; found [1, 2, 4, 8], [2, 2, 4, 8] and [2, 2, 4, 8]");
  EXPECT_EQ(sdpa({1, 2, 4, 8}, {1, 2, 4, 9}, {1, 2, 4, 8}),
            op + "keys of the query's head_dim; found [1, 2, 4, 8] and [1, 2, 4, 9]");
  EXPECT_EQ(sdpa({1, 2, 4, 8}, {1, 2, 4, 8}, {1, 2, 5, 8}),
            op + "a value for each key; found [1, 2, 4, 8] and [1, 2, 5, 8]");
  EXPECT_EQ(sdpa({1, 1, 1, 513}, {1, 1, 1, 513}, {1, 1, 1, 8}),
            op + "a head_dim of 1 to 512; found 513 and 8");
  EXPECT_EQ(sdpa({1, 4, 9}, {1, 4, 9}, {1, 4, 9}, {.heads = 2}),
            op + "a query whose width is a multiple of 2 heads; found [1, 4, 9]");
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, {.heads = 2}),
            op + "heads for a query of 3 dimensions only; found [4, 8]");
  EXPECT_EQ(sdpa({8}, {8}, {8}), op + "a query [batch, heads, queries, head_dim], [batch, queries, "
                                      "heads * head_dim] or [queries, head_dim]; found [8]");
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, {.alignment = CausalAlignment::top_left, .position = 2}),
            op + "a position or an alignment; found both");
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, {.window_left = -1}),
            op + "a window of at least 0 keys; found -1");
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, {.softcap = -1}),
            op + "a softcap of 0 or at least 1e-30; found -1");
  Options masked;
  masked.mask = Tensor::zeros({3, 4});
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, masked),
            op + "a mask that broadcasts to [1, 1, 4, 4]; found [3, 4]");
  masked.mask = Tensor::zeros({4, 4}, DType::int32);
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, masked),
            op + "a mask of uint8 (1 where a key is seen) or of floats; found int32");
  Options long_one;
  long_one.key_lengths = Tensor::empty({1}, DType::int32);
  long_one.key_lengths.mutable_values<std::int32_t>()[0] = 5;
  EXPECT_EQ(sdpa({4, 8}, {4, 8}, {4, 8}, long_one), op + "key lengths of 0 to 4 keys; found 5");
  EXPECT_EQ(refusal([] {
              scaled_dot_product_attention(
                  Tensor::zeros({4, 8}), Tensor::zeros({4, 8}, DType::bf16), Tensor::zeros({4, 8}));
            }),
            op + "tensors of one dtype; found f32 and bf16");
}

// The mask must not step into the place of a value that is not there.
TEST(AttentionRefusals, AnUndefinedOperandIsNamed) {
  Options masked;
  masked.mask = Tensor::zeros({4, 8});
  const Tensor x = Tensor::zeros({4, 8});
  for (const auto& [query, value] : {std::pair(x, Tensor()), std::pair(Tensor(), x)})
    for (const Options& options : {Options{}, masked})
      EXPECT_EQ(
          refusal([&] { scaled_dot_product_attention(query, x, value, options); }),
          "[scaled_dot_product_attention] expected a tensor with values; found an undefined one");
}

TEST(AttentionRefusals, AFullCacheIsLeftAsItIs) {
  KeyValueCache cache(1, 1, 4, 2);
  cache.append(Tensor::zeros({1, 1, 3, 2}), Tensor::zeros({1, 1, 3, 2}));
  EXPECT_EQ(refusal([&] {
              cache.append(Tensor::zeros({1, 1, 2, 2}), Tensor::zeros({1, 1, 2, 2}));
            }),
            "[cache] expected at most 1 more tokens; found 2");
  EXPECT_EQ(cache.length(), 3);
  EXPECT_EQ(refusal([&] {
              cache.append(Tensor::zeros({1, 1, 1, 3}), Tensor::zeros({1, 1, 1, 2}));
            }),
            "[cache] expected a key [1, 1, tokens, 2] or [1, tokens, 2]; found [1, 1, 1, 3]");
  EXPECT_EQ(refusal([&] { cache.truncate(4); }), "[cache] expected a length of 0 to 3; found 4");
  cache.truncate(1);
  EXPECT_EQ(cache.length(), 1);
  EXPECT_EQ(
      refusal([] { KeyValueCache(1, 0, 4, 2); }),
      "[cache] expected sizes of at least 1; found batch 1, kv_heads 0, capacity 4, head_dim 2");
}

}  // namespace
}  // namespace wattention
