#pragma once
// The programs of scaled_dot_product_attention: the one that streams, and the one before it for a 32-bit Dst.
#include <wattention/tensor.h>

#include <optional>

#include "backends/wormhole/kernels/attention_numerics.h"
#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

struct AttentionProblem {
  AttentionNumerics numerics;
  std::int64_t batch, heads, kv_heads;
  std::int64_t query_tiles, key_tiles, width_tiles;  ///< rows of tiles of a head, and its columns
  DType query, key, value;                           ///< the result's is the query's
  Memory query_memory, key_memory, value_memory, out_memory;
  std::optional<DType> mask = std::nullopt;  ///< in DRAM
  CoreGrid grid;
};

Program make_attention(const AttentionProblem& problem);

}  // namespace wattention::wormhole
