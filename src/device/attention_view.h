#pragma once
// What scaled_dot_product_attention means, read off a checked call: who attends to what, and where it all lies.
//
//   query [B, Hq, S, D] or [B, S, Hq * D],  key [B, Hkv, T, D] or [B, T, Hkv * D],  value the same with columns E
//   context = softmax(cap(scale * query key^T) + mask) value,  over the keys that a query sees; of none it is 0
#include <cstdint>
#include <optional>

#include "device/op_call.h"

namespace wattention {

/// Elements from one batch, head or row to the next; 0 where one serves all. Columns are neighbours.
struct HeadStrides {
  std::int64_t batch = 0, head = 0, row = 0;
  std::int64_t offset(std::int64_t b, std::int64_t h, std::int64_t r) const {
    return b * batch + h * head + r * row;
  }
};

/// Keys [from, to).
struct KeyRange {
  std::int64_t from, to;
};

struct AttentionView {
  explicit AttentionView(const OpCall& call);

  const Tensor *query, *key, *value;
  const Tensor* mask;  ///< null: none. Integers: not 0 where a key is seen; floats are added.
  const Tensor* key_lengths;  ///< null: all keys of all batches
  std::int64_t batch, heads, kv_heads, queries, keys, head_dim, value_dim;
  HeadStrides query_strides, key_strides, value_strides, context_strides;
  HeadStrides mask_strides;  ///< its rows are queries
  std::int64_t mask_key_stride = 0;
  double scale, softcap;  ///< softcap 0: none
  bool is_causal, bottom_right;
  std::optional<std::int64_t> position;    ///< of query 0, where the call names it
  std::int64_t window_left, window_right;  ///< -1: no bound

  /// Query heads that share a head of keys and values.
  std::int64_t group() const { return heads / kv_heads; }
  /// Keys of this batch: the call's, or its own length of them.
  std::int64_t length(std::int64_t b) const;
  /// What query i of batch b sees before the mask: causal, window, length. Empty: from == to.
  KeyRange range(std::int64_t b, std::int64_t i) const;
  /// Whether that is the same for all queries of a batch.
  bool queries_see_alike() const { return !is_causal && window_left < 0 && window_right < 0; }
};

}  // namespace wattention
