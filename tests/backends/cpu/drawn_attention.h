#pragma once
// Calls of scaled_dot_product_attention that a seed draws.
#include <fmt/format.h>
#include <wattention/attention.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace wattention::cpu_test {

inline Tensor normal_tensor(const Shape& shape, DType dtype, unsigned seed, float scale = 1.0f) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  Tensor tensor = Tensor::empty(shape);
  for (float& value : tensor.mutable_values<float>()) value = normal(engine);
  return tensor.to(dtype);
}

// Configurations that a seed draws: sizes from 0, heads in groups, layouts, masks of every broadcast shape.
struct DrawnCase {
  Tensor query, key, value;
  ScaledDotProductAttentionOptions options;
  std::string text;
};

inline DrawnCase drawn_case(unsigned seed, DType dtype) {
  std::mt19937 engine(seed);
  const auto below = [&](int n) {
    return static_cast<std::int64_t>(engine() % static_cast<unsigned>(n));
  };
  const std::int64_t batch = 1 + below(2), kv_heads = 1 + below(3), group = 1 + below(3);
  const std::int64_t queries = below(10) == 0 ? 0 : 1 + below(below(2) == 0 ? 9 : 70);
  const std::int64_t keys = below(10) == 0 ? 0 : 1 + below(below(2) == 0 ? 40 : 400);
  const std::int64_t head_dim = 1 + below(80), value_dim = below(2) == 0 ? head_dim : 1 + below(80);
  const std::int64_t heads = kv_heads * group;
  DrawnCase c;
  if (below(3) == 0) {
    c.query = normal_tensor({batch, queries, heads * head_dim}, dtype, seed);
    c.key = normal_tensor({batch, keys, kv_heads * head_dim}, dtype, seed + 1);
    c.value = normal_tensor({batch, keys, kv_heads * value_dim}, dtype, seed + 2);
    c.options.heads = static_cast<int>(heads);
    c.options.kv_heads = static_cast<int>(kv_heads);
  } else {
    c.query = normal_tensor({batch, heads, queries, head_dim}, dtype, seed);
    c.key = normal_tensor({batch, kv_heads, keys, head_dim}, dtype, seed + 1);
    c.value = normal_tensor({batch, kv_heads, keys, value_dim}, dtype, seed + 2);
  }
  c.options.is_causal = below(2) == 0;
  if (below(3) == 0)
    c.options.alignment = below(2) == 0 ? CausalAlignment::top_left : CausalAlignment::bottom_right;
  if (!c.options.alignment && below(4) == 0) c.options.position = static_cast<int>(below(30));
  if (below(4) == 0) c.options.window_left = static_cast<int>(below(30));
  if (below(4) == 0) c.options.window_right = static_cast<int>(below(30));
  if (below(4) == 0) c.options.scale = -0.5 + static_cast<double>(below(10)) / 8;
  if (below(4) == 0) c.options.softcap = 0.5 + static_cast<double>(below(20));
  if (below(3) == 0) {
    c.options.key_lengths = Tensor::empty({batch}, DType::int32);
    for (auto& length : c.options.key_lengths.mutable_values<std::int32_t>())
      length = static_cast<std::int32_t>(below(static_cast<int>(keys) + 1));
  }
  if (below(2) == 0 && keys > 0 && queries > 0) {
    const Shape shape{below(2) == 0 ? 1 : batch, below(2) == 0 ? 1 : heads,
                      below(2) == 0 ? 1 : queries, below(8) == 0 ? 1 : keys};
    if (below(2) == 0) {
      c.options.mask = normal_tensor(shape, below(2) == 0 ? DType::f32 : dtype, seed + 3);
      if (c.options.mask.dtype() == DType::f32)
        for (float& value : c.options.mask.mutable_values<float>())
          if (below(5) == 0) value = -std::numeric_limits<float>::infinity();
    } else {
      c.options.mask = Tensor::empty(shape, DType::uint8);
      for (auto& flag : c.options.mask.mutable_values<std::uint8_t>())
        flag = static_cast<std::uint8_t>(below(3));
    }
  }
  c.text = fmt::format("seed {}: {} {} {}{}{}", seed, c.query.shape().text(), c.key.shape().text(),
                       c.value.shape().text(), c.options.is_causal ? " causal" : "",
                       c.options.mask.defined() ? " mask " + c.options.mask.shape().text() : "");
  return c;
}

}  // namespace wattention::cpu_test
