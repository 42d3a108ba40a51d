#pragma once
// Which element of a mask meets which of the input: scale_mask_softmax.
#include "device/op_call.h"

namespace wattention {

/// Of the call's input element `i`, in C order. The mask is [batch, 1, ..., rows, width].
inline std::int64_t mask_offset(const OpCall& call, const Tensor& mask, std::int64_t i) {
  const Shape& shape = call.shape;
  const std::int64_t width = shape[-1], rows = shape[-2];
  const std::int64_t batch = shape.rank() > 2 ? i / (shape.numel() / shape[0]) : 0;
  const std::int64_t row = call.attributes.causal.value_or(false) ? i / width % rows : 0;
  return (batch * mask.size(-2) + row) * width + i % width;
}

}  // namespace wattention
