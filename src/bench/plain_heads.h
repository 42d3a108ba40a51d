#pragma once
// The plain formula of a module with heads in one precision: the yardstick that CPU kernels are held against.
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

/// Textbook loops (plain_formulas.h), every stage rounded to `dtype` (f32 or bf16) before the next one reads it, the
/// scores of one head after the other. The result has no scores and no weights.
MultiHeadAttentionStages plain_heads(const HeadsOperands& operands, DType dtype);

}  // namespace wattention
