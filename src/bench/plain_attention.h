#pragma once
// The plain formula in one precision: the yardstick that CPU kernels are held against.
#include <wattention/nn.h>

namespace wattention {

struct AttentionOperands {
  Tensor tokens;             ///< [T, embed_dim]
  Tensor query, key, value;  ///< weights [head_dim, embed_dim]
};

/// Textbook loops: products and sums one after the other in f32, exp of the C library, every stage rounded to
/// `dtype` (f32 or bf16) before the next one reads it.
AttentionStages plain_attention(const AttentionOperands& operands, DType dtype);

}  // namespace wattention
