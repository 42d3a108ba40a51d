#include "bench/heads_operands.h"

#include <wattention/ops.h>

namespace wattention {
namespace {

Tensor rows_of(const Tensor& tensor, std::int64_t begin, std::int64_t count) {
  const int first = static_cast<int>(begin), end = static_cast<int>(begin + count);
  if (tensor.rank() == 1) return slice(tensor, Dims{first}, Dims{end});
  return slice(tensor, Dims{first, 0}, Dims{end, static_cast<int>(tensor.size(1))});
}

}  // namespace

HeadsOperands operands_of(const HeadsCase& heads, const MultiHeadAttentionWeights& weights) {
  const std::int64_t embed_dim = weights.out_proj_weight.size(0);
  const std::int64_t kv_width = embed_dim / heads.heads * heads.key_heads();
  const auto part = [&](const Tensor& tensor, int which) {
    if (which == 0) return rows_of(tensor, 0, embed_dim);
    return rows_of(tensor, embed_dim + (which - 1) * kv_width, kv_width);
  };
  return {.heads = heads,
          .tokens = {},
          .past_key = {},
          .past_value = {},
          .query = part(weights.in_proj_weight, 0),
          .key = part(weights.in_proj_weight, 1),
          .value = part(weights.in_proj_weight, 2),
          .query_bias = part(weights.in_proj_bias, 0),
          .key_bias = part(weights.in_proj_bias, 1),
          .value_bias = part(weights.in_proj_bias, 2),
          .output = weights.out_proj_weight,
          .output_bias = weights.out_proj_bias};
}

}  // namespace wattention
