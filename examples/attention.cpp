// Attention as models use it: grouped heads, a causal mask, and a cache of keys and values that a token is added to.
#include <wattention/attention.h>
#include <wattention/random.h>

#include <cmath>
#include <iostream>

namespace wa = wattention;

int main() {
  wa::Generator generator(123);
  // 8 query heads share 2 heads of keys and values; 16 tokens.
  const wa::Tensor query = wa::randn({1, 8, 16, 64}, generator);
  const wa::Tensor key = wa::randn({1, 2, 16, 64}, generator);
  const wa::Tensor value = wa::randn({1, 2, 16, 64}, generator);
  const wa::Tensor context =
      wa::scaled_dot_product_attention(query, key, value, {.is_causal = true});
  std::cout << context.shape().text() << "\n";

  // The same, a token at a time: its query meets the cache, and nothing is computed twice.
  wa::KeyValueCache cache(1, 2, 1024, 64);
  const auto token = [](const wa::Tensor& tensor, int i) {
    return wa::slice(tensor, {0, 0, i, 0}, {1, static_cast<int>(tensor.size(1)), i + 1, 64});
  };
  wa::Tensor last;
  for (int i = 0; i < 16; ++i) {
    cache.append(token(key, i), token(value, i));
    last = wa::scaled_dot_product_attention(token(query, i), cache, {.is_causal = true});
  }
  const wa::Tensor difference = wa::max(wa::abs(wa::subtract(last, token(context, 15))));
  std::cout << (difference.values<float>()[0] < 1e-6f ? "the cache agrees\n" : "they differ\n");
}
