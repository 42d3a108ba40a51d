#pragma once
// Attention as models use it: heads, masks, and a cache of keys and values. docs/attention.md has the table of meaning.
#include <wattention/ops.h>

#include <cstdint>
#include <optional>

namespace wattention {

/// All optional. What is unset means the usual case.
struct ScaledDotProductAttentionOptions {
  bool is_causal = false;  ///< a query sees no key after its own position
  /// Where the queries stand among the keys, for is_causal and windows. Unset: top_left, as torch and ONNX have it;
  /// with key lengths or a cache bottom_right, where the last query stands at the last key.
  std::optional<CausalAlignment> alignment = std::nullopt;
  std::optional<int> position =
      std::nullopt;  ///< or at which key query 0 stands, whatever the lengths are
  /// Broadcasts to [batch, heads, queries, keys]. uint8: 1 where a key is seen; floats: added to the scaled scores.
  Tensor mask = {};
  std::optional<double> scale = std::nullopt;  ///< unset: 1 / sqrt(head_dim)
  double softcap = 0;  ///< above 0: scores become softcap * tanh(s / softcap), before the mask
  std::optional<int> window_left =
      std::nullopt;  ///< how many keys before its position a query sees
  std::optional<int> window_right = std::nullopt;  ///< and after it
  Tensor key_lengths = {};  ///< [batch], int32 or uint32: how many of its keys each batch has
  /// Of operands [batch, rows, heads * head_dim]: their heads. Unset: 1, and as many of keys and values.
  std::optional<int> heads = std::nullopt, kv_heads = std::nullopt;
  OpAttributes how = {};  ///< how a device computes: fidelity, q_chunk_size, memory and so on
};

/// softmax(scale * query key^T + mask) value. query [B, Hq, S, D], key [B, Hkv, T, D], value [B, Hkv, T, E] ->
/// [B, Hq, S, E], with Hq a multiple of Hkv (each head of keys serves Hq / Hkv neighbours); or, read where they lie,
/// [B, S, Hq * D], [B, T, Hkv * D], [B, T, Hkv * E] -> [B, S, Hq * E]; or [S, D], [T, D], [T, E] -> [S, E]. S and T
/// from 0 up, D and E from 1 to 512. A query that sees no key has the context 0. Memory does not grow with S x T.
/// Throws Error{bad_input} where operands or options do not fit, Error{unsupported} where the device has no kernel.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const ScaledDotProductAttentionOptions& options = {});

/// Keys and values of a sequence that grows: room for `capacity` tokens in each batch, on the host. One thread at a
/// time may use it.
class KeyValueCache {
 public:
  KeyValueCache(KeyValueCache&&) = default;
  KeyValueCache& operator=(KeyValueCache&&) = default;
  /// Throws Error{bad_input} for sizes below 1, or a dtype that is not f32, bf16 or f16.
  KeyValueCache(std::int64_t batch, std::int64_t kv_heads, std::int64_t capacity,
                std::int64_t head_dim, DType dtype = DType::f32);
  /// key and value [batch, kv_heads, tokens, head_dim], or [batch, tokens, kv_heads * head_dim] as a projection leaves
  /// them, in the cache's dtype, behind those that are there. Throws
  /// Error{bad_input} where they do not fit or the cache is full; then nothing has changed.
  void append(const Tensor& key, const Tensor& value);
  /// Forgets all tokens from `length` on. Throws Error{bad_input} for a length that is not there.
  void truncate(std::int64_t length);

  std::int64_t length() const { return length_; }
  std::int64_t capacity() const { return key_.size(2); }
  /// [batch, kv_heads, capacity, head_dim]; rows from length() on mean nothing.
  const Tensor& key() const { return key_; }
  const Tensor& value() const { return value_; }
  /// [batch], uint32: length() in each.
  Tensor key_lengths() const;

 private:
  Tensor key_, value_;
  std::int64_t length_ = 0;
};

/// The queries are the sequence's last ones: append their keys and values first. Nothing of the cache is copied. A mask
/// is as wide as the cache's capacity, or 1.
Tensor scaled_dot_product_attention(const Tensor& query, const KeyValueCache& cache,
                                    ScaledDotProductAttentionOptions options = {});

}  // namespace wattention
