#pragma once
// The program of scaled_dot_product_attention for one query a head: chunks of keys shared out over cores.
#include "backends/wormhole/program/attention.h"

namespace wattention::wormhole {

/// The largest power of two that divides as many keys, at most 512.
std::int64_t decode_chunk(std::int64_t keys);
/// Cores for a head of keys of one batch.
std::int64_t cores_of_a_head(const AttentionProblem& problem, std::int64_t most);

/// `chunks` of keys are met in each batch, by `cores` a head at most.
Program make_decode(const AttentionProblem& problem, const std::vector<std::int64_t>& chunks,
                    std::int64_t cores);

}  // namespace wattention::wormhole
