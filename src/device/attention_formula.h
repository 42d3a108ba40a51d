#pragma once
// scaled_dot_product_attention of one query row as the formula has it, in double: the device reference, and the rows of
// others that meet infinities.
#include "device/attention_view.h"

namespace wattention {

/// A mask's element as a number to add: -inf where an integer says that the key is not seen.
double mask_number(const Tensor& mask, std::int64_t index);

/// out [value_dim], of f64, f32, bf16 or f16 operands on the host. A key that is not seen takes no part, whatever it
/// holds. A score that is no number, or the largest of which is infinite, makes the row NaN. Returns the logarithm of
/// the sum of exp(score); -inf where no key is seen.
double attend_by_formula(const AttentionView& view, std::int64_t batch, std::int64_t head,
                         std::int64_t query, double* out);

}  // namespace wattention
