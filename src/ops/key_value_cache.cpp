#include <wattention/attention.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/fail.h"
#include "tensor/shape_formatter.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

void expect_tokens(const Tensor& tokens, const Tensor& cache, std::string_view name) {
  expect(tokens.defined() && tokens.on_host(),
         "[cache] expected a {} with values on the host; found none", name);
  const Shape &shape = tokens.shape(), &room = cache.shape();
  const bool by_heads =
      shape.rank() == 4 && shape[0] == room[0] && shape[1] == room[1] && shape[3] == room[3];
  const bool by_tokens = shape.rank() == 3 && shape[0] == room[0] && shape[2] == room[1] * room[3];
  expect(by_heads || by_tokens,
         "[cache] expected a {} [{}, {}, tokens, {}] or [{}, tokens, {}]; found {}", name, room[0],
         room[1], room[3], room[0], room[1] * room[3], shape);
  expect(tokens.dtype() == cache.dtype(), "[cache] expected a {} of {}; found {}", name,
         to_string(cache.dtype()), to_string(tokens.dtype()));
}

// Rows [0, tokens) of each batch and head go behind `length` rows of the cache's.
void copy_tokens(const Tensor& tokens, Tensor& cache, std::int64_t length) {
  const std::int64_t heads = cache.size(1), count = tokens.size(-2);
  const auto row_bytes = cache.size(3) * static_cast<std::int64_t>(size_of(cache.dtype()));
  const std::int64_t room = cache.size(2) * row_bytes;
  const bool by_heads = tokens.rank() == 4;
  // Rows of a head are neighbours, or a row of all heads apart.
  const std::int64_t run = by_heads ? count * row_bytes : row_bytes, runs = by_heads ? 1 : count;
  if (count == 0) return;
  for (std::int64_t i = 0; i < cache.size(0) * heads; ++i) {
    std::byte* to = cache.storage()->host_bytes() + i * room + length * row_bytes;
    const std::int64_t batch = i / heads, head = i % heads;
    const std::int64_t first = by_heads ? i * count : batch * count * heads + head;
    const std::byte* from = tokens.storage()->host_bytes() + first * row_bytes;
    for (std::int64_t r = 0; r < runs; ++r)
      std::memcpy(to + r * run, from + r * heads * row_bytes, static_cast<std::size_t>(run));
  }
}

}  // namespace

KeyValueCache::KeyValueCache(std::int64_t batch, std::int64_t kv_heads, std::int64_t capacity,
                             std::int64_t head_dim, DType dtype) {
  expect(
      std::min({batch, kv_heads, capacity, head_dim}) >= 1,
      "[cache] expected sizes of at least 1; found batch {}, kv_heads {}, capacity {}, head_dim {}",
      batch, kv_heads, capacity, head_dim);
  expect(capacity <= std::numeric_limits<std::int32_t>::max(),
         "[cache] expected a capacity of at most {}; found {}",
         std::numeric_limits<std::int32_t>::max(), capacity);
  expect(dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16,
         "[cache] expected f32, bf16 or f16; found {}", to_string(dtype));
  key_ = Tensor::empty({batch, kv_heads, capacity, head_dim}, dtype);
  value_ = Tensor::empty({batch, kv_heads, capacity, head_dim}, dtype);
}

void KeyValueCache::append(const Tensor& key, const Tensor& value) {
  expect_tokens(key, key_, "key");
  expect_tokens(value, value_, "value");
  expect(key.shape() == value.shape(), "[cache] expected a value for each key; found {} and {}",
         key.shape(), value.shape());
  expect(key.size(-2) <= capacity() - length_, "[cache] expected at most {} more tokens; found {}",
         capacity() - length_, key.size(-2));
  copy_tokens(key, key_, length_);
  copy_tokens(value, value_, length_);
  length_ += key.size(-2);
}

void KeyValueCache::truncate(std::int64_t length) {
  expect(length >= 0 && length <= length_, "[cache] expected a length of 0 to {}; found {}",
         length_, length);
  length_ = length;
}

Tensor KeyValueCache::key_lengths() const {
  Tensor lengths = Tensor::empty({key_.size(0)}, DType::uint32);
  std::ranges::fill(lengths.mutable_values<std::uint32_t>(), static_cast<std::uint32_t>(length_));
  return lengths;
}

Tensor scaled_dot_product_attention(const Tensor& query, const KeyValueCache& cache,
                                    ScaledDotProductAttentionOptions options) {
  expect(
      !options.key_lengths.defined(),
      "[scaled_dot_product_attention] expected no key_lengths beside a cache, which has its own; "
      "found some");
  options.key_lengths = cache.key_lengths();
  return scaled_dot_product_attention(query, cache.key(), cache.value(), options);
}

}  // namespace wattention
