#pragma once
// The plain formula of a module with heads in one precision: the yardstick that CPU kernels are held against.
#include <wattention/multi_head_attention.h>

#include "bench/heads_operands.h"

namespace wattention {

/// Textbook loops (plain_formulas.h), every stage rounded to `dtype` (f32 or bf16) before the next one reads it, the
/// scores of one head after the other. The result has no scores and no weights.
MultiHeadAttentionStages plain_heads(const HeadsOperands& operands, DType dtype);

}  // namespace wattention
