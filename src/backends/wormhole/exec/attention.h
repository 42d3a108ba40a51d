#pragma once
// scaled_dot_product_attention on tensors as their tiles hold them.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/kernels/attention_numerics.h"

namespace wattention::wormhole {

/// query and out [batch, heads, padded_queries, head_dim], key and value [batch, kv_heads, padded_keys, head_dim]:
/// bf16, padded rows and head_dim whole tiles.
struct AttentionImages {
  const Bits *query, *key, *value;
  const Bits*
      mask;  ///< [1 or batch, 1 or heads, padded_queries, padded_keys], times 1 / scale; null: none
  Bits* out;
  std::int64_t batch, heads, kv_heads, padded_queries, padded_keys, head_dim;
  std::int64_t keys;  ///< without padding
  std::int64_t mask_batches = 1, mask_heads = 1;

  std::int64_t query_offset(std::int64_t b, std::int64_t h) const {
    return (b * heads + h) * padded_queries * head_dim;
  }
  std::int64_t key_offset(std::int64_t b, std::int64_t h) const {
    return (b * kv_heads + h / (heads / kv_heads)) * padded_keys * head_dim;
  }
};

/// A 32-bit Dst takes no mask but the causal one, and no window. Throws Error{bad_input} for sizes that are no whole
/// tiles.
void attend(const AttentionImages& images, const AttentionNumerics& numerics, HostOptions host);

}  // namespace wattention::wormhole
