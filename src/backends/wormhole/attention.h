#pragma once
// What both programs of scaled_dot_product_attention take of a call.
#include <optional>

#include "backends/wormhole/program/attention.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// Chunk sizes are the prefill program's.
AttentionNumerics attention_numerics(const OpCall& call);
AttentionProblem attention_problem(const OpCall& call, const AttentionNumerics& numerics);

/// Of one query a head, with key lengths.
bool is_decode(const OpCall& call);
std::optional<Refusal> refuse_decode(const OpCall& call);

}  // namespace wattention::wormhole
