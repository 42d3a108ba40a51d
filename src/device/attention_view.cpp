#include "device/attention_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wattention {
namespace {

struct Heads {
  std::int64_t heads, rows, columns;
  HeadStrides strides;
};

// [B, H, rows, columns], or [B, rows, H * columns] with as many heads as the call says; [rows, columns] is one of each.
Heads heads_of(const Shape& shape, std::int64_t heads) {
  const std::int64_t rows = shape[-2], width = shape[-1];
  if (shape.rank() == 4)
    return {shape[1], rows, width, {shape[1] * rows * width, rows * width, width}};
  return {heads, rows, width / heads, {rows * width, width / heads, width}};
}

// Of a mask that broadcasts to [B, H, S, T]; `from_end` counts dimensions from the last.
std::int64_t broadcast_stride(const Shape& mask, int from_end) {
  const int dim = mask.rank() - 1 - from_end;
  if (dim < 0 || mask[dim] == 1) return 0;
  std::int64_t stride = 1;
  for (int d = dim + 1; d < mask.rank(); ++d) stride *= mask[d];
  return stride;
}

std::int64_t integer_at(const Tensor& tensor, std::int64_t i) {
  const auto index = static_cast<std::size_t>(i);
  return tensor.dtype() == DType::int32
             ? static_cast<std::int64_t>(tensor.values<std::int32_t>()[index])
             : static_cast<std::int64_t>(tensor.values<std::uint32_t>()[index]);
}

}  // namespace

AttentionView::AttentionView(const OpCall& call)
    : query(call.operand(0)),
      key(call.operand(1)),
      value(call.operand(2)),
      mask(call.operand(3)),
      key_lengths(call.operand(4)) {
  const OpAttributes& attributes = call.attributes;
  const int query_heads = attributes.heads.value_or(1);
  const Heads q = heads_of(query->shape(), query_heads);
  const Heads k = heads_of(key->shape(), attributes.kv_heads.value_or(query_heads));
  const Heads v = heads_of(value->shape(), attributes.kv_heads.value_or(query_heads));
  batch = query->rank() > 2 ? query->size(0) : 1;
  heads = q.heads;
  kv_heads = k.heads;
  queries = q.rows;
  keys = k.rows;
  head_dim = q.columns;
  value_dim = v.columns;
  query_strides = q.strides;
  key_strides = k.strides;
  value_strides = v.strides;
  context_strides = heads_of(call.shape, query_heads).strides;
  if (mask) {
    mask_strides = {broadcast_stride(mask->shape(), 3), broadcast_stride(mask->shape(), 2),
                    broadcast_stride(mask->shape(), 1)};
    mask_key_stride = broadcast_stride(mask->shape(), 0);
  }
  scale =
      attributes.scale.value_or(head_dim > 0 ? 1 / std::sqrt(static_cast<double>(head_dim)) : 1);
  softcap = attributes.softcap.value_or(0);
  is_causal = attributes.is_causal.value_or(false);
  bottom_right = attributes.alignment.value_or(key_lengths ? CausalAlignment::bottom_right
                                                           : CausalAlignment::top_left) ==
                 CausalAlignment::bottom_right;
  position = attributes.position;
  window_left = attributes.window_left.value_or(-1);
  window_right = attributes.window_right.value_or(-1);
}

std::int64_t AttentionView::length(std::int64_t b) const {
  return key_lengths ? integer_at(*key_lengths, b) : keys;
}

KeyRange AttentionView::range(std::int64_t b, std::int64_t i) const {
  const std::int64_t count = length(b);
  const std::int64_t at = i + position.value_or(bottom_right ? count - queries : 0);
  std::int64_t from = 0, to = count;
  if (is_causal) to = std::min(to, at + 1);
  if (window_left >= 0) from = std::max(from, at - window_left);
  if (window_right >= 0) to = std::min(to, at + window_right + 1);
  return from < to ? KeyRange{from, to} : KeyRange{0, 0};
}

}  // namespace wattention
