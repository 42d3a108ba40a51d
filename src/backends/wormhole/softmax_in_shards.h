#pragma once
// Softmax of whole rows that lie in shards, each core its own.
#include <optional>

#include "backends/wormhole/program/softmax.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// Where a tensor lies in shards, or a program for them is asked for.
std::optional<Refusal> refuse_softmax_in_shards(const OpCall& call);

Program make_softmax_in_shards(const OpCall& call, const SoftmaxProblem& problem,
                               const Release& release);

}  // namespace wattention::wormhole
