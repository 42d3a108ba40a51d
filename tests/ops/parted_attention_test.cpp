// Keys in parts against all keys at once.
#include "ops/parted_attention.h"

#include <gtest/gtest.h>
#include <wattention/random.h>

#include <cmath>

namespace wattention {
namespace {

// Keys [begin, end) of [1, heads, keys, columns].
Tensor keys_of(const Tensor& all, std::int64_t begin, std::int64_t end) {
  return slice(all, {0, 0, static_cast<int>(begin), 0},
               {static_cast<int>(all.size(0)), static_cast<int>(all.size(1)), static_cast<int>(end),
                static_cast<int>(all.size(3))});
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  const Tensor left = a.to(DType::f64), right = b.to(DType::f64);
  for (std::size_t i = 0; i < left.values<double>().size(); ++i)
    largest = std::max(largest, std::abs(left.values<double>()[i] - right.values<double>()[i]));
  return largest;
}

// Few queries and many, with pieces of the keys (4096 of them) and without; parts that a causal query does not see.
TEST(PartedAttention, AgreesWithAllKeysAtOnce) {
  struct Case {
    int queries, keys, part;
    DType dtype;
  };
  for (const Case& c : {Case{1, 9000, 3000, DType::f32}, Case{5, 300, 1, DType::f32},
                        Case{70, 1000, 333, DType::f32}, Case{70, 1000, 400, DType::bf16}}) {
    Generator generator(1);
    const Tensor query = randn({1, 2, c.queries, 24}, generator).to(c.dtype);
    const Tensor key = randn({1, 1, c.keys, 24}, generator).to(c.dtype);
    const Tensor value = randn({1, 1, c.keys, 10}, generator).to(c.dtype);
    PartedAttention parts(query, key, value, {});
    for (int begin = 0; begin < c.keys; begin += c.part) {
      const int end = std::min(begin + c.part, c.keys);
      // Query i is token i of the keys; of this part it sees those before it.
      parts.attend(keys_of(key, begin, end), keys_of(value, begin, end),
                   {.is_causal = true, .position = -begin});
    }
    const Tensor whole = scaled_dot_product_attention(query, key, value, {.is_causal = true});
    // Contexts of normal values are below 4. A sum of n terms in f32, or two roundings to bf16.
    const double bound = c.dtype == DType::f32 ? 4 * c.keys * 0x1p-24 : 4 * 2 * 0x1p-8;
    EXPECT_LE(largest_difference(parts.context(), whole), bound) << c.queries << " of " << c.keys;
  }
}

TEST(PartedAttention, OfNothingIsNothing) {
  Generator generator(2);
  const Tensor query = randn({1, 1, 3, 8}, generator), none = Tensor::empty({1, 1, 0, 8});
  PartedAttention parts(query, none, none, {});
  parts.attend(none, none, {});
  EXPECT_EQ(largest_difference(parts.context(), Tensor::zeros({1, 1, 3, 8})), 0);
}

TEST(PartedAttention, DevicesThatMergeNothingSaySo) {
  Generator generator(3);
  const Tensor all = to_device(randn({1, 1, 3, 8}, generator), open_device("reference"));
  EXPECT_THROW(PartedAttention(all, all, all, {}), Error);
}

}  // namespace
}  // namespace wattention
