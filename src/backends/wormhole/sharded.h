#pragma once
// What runs on tensors in shards, and where it puts its result.
#include <optional>

#include "backends/wormhole/place.h"
#include "backends/wormhole/program/broadcast.h"
#include "backends/wormhole/program/shards.h"

namespace wattention::wormhole {

/// Of every call; nothing where no shards are in it.
std::optional<Refusal> refuse_sharded(const OpCall& call);

/// A program of two operands: where its result goes, and on whose cores it runs; none: on all.
struct PlacedBinary {
  Place out;
  std::optional<Sharding> shards;
  LocalTensors local;
};
PlacedBinary place_binary(const OpCall& call, const Tensor& first, const Tensor* second);

}  // namespace wattention::wormhole
