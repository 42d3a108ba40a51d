#pragma once
// layer_norm and rms_norm of rows that lie in shards, each row in parts on several cores.
#include <optional>

#include "backends/wormhole/program/norm.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// A tensor lies or is to lie in shards, or a program for them is asked for.
bool asks_for_norm_in_shards(const OpCall& call);
std::optional<Refusal> refuse_norm_in_shards(const OpCall& call);

/// How the cores share the sums of a row.
NormParts norm_parts(const OpCall& call);

}  // namespace wattention::wormhole
