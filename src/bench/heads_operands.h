#pragma once
// What a module with heads computes from, taken apart.
#include <wattention/cost.h>
#include <wattention/multi_head_attention.h>

namespace wattention {

struct HeadsOperands {
  HeadsCase heads;
  Tensor tokens;                            ///< [batch, T, embed_dim]
  Tensor past_key, past_value;              ///< [batch, past, kv width], or none
  Tensor query, key, value;                 ///< weights [width, embed_dim]
  Tensor query_bias, key_bias, value_bias;  ///< [width]
  Tensor output, output_bias;               ///< [embed_dim, embed_dim], [embed_dim]
};

/// The weights by their parts; no tokens, and nothing of a cache.
HeadsOperands operands_of(const HeadsCase& heads, const MultiHeadAttentionWeights& weights);

}  // namespace wattention
