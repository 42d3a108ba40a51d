#pragma once
// An attention whose tokens are spread over ranks: what its two ways share.
#include <wattention/cluster.h>

#include "cluster/courier.h"
#include "ops/parted_attention.h"

namespace wattention {

struct SharedAttention {
  Courier& courier;
  const Tensor &query, &key, &value;  ///< this rank's tokens, in host memory
  const ScaledDotProductAttentionOptions& options;
  std::int64_t queries, keys;  ///< of all ranks
  std::vector<ClusterStep>& steps;

  int rank() const { return courier.rank(); }
  int size() const { return courier.size(); }
};

/// Tokens of a rank among `tokens`: its number, and each size-th after it.
constexpr std::int64_t stripe(std::int64_t tokens, int rank, int size) {
  return tokens <= rank ? 0 : (tokens - rank + size - 1) / size;
}

Tensor attend_by_tokens(const SharedAttention& attention, PartedAttention& parts);
Tensor attend_by_heads(const SharedAttention& attention);

}  // namespace wattention
