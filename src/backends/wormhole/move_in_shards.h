#pragma once
// Moves of tensors in shards: what the release refuses of them, and where their results lie.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/wormhole/place.h"
#include "device/op_call.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_move_in_shards(const OpCall& call);
std::optional<Refusal> refuse_memory_move(const OpCall& call);
std::optional<Refusal> refuse_layout_in_shards(const OpCall& call);
std::optional<Refusal> refuse_concat_in_shards(const OpCall& call);
std::optional<Refusal> refuse_pad_in_shards(const OpCall& call);
std::optional<Refusal> refuse_slice_in_shards(const OpCall& call);
std::optional<Refusal> refuse_repeat_in_shards(const OpCall& call);
std::optional<Refusal> refuse_reorder_in_shards(const OpCall& call);

/// What the release refuses, with its own sentence behind.
Refusal refuse_in_words(const OpCall& call, std::string_view expected, const std::string& found,
                        std::string_view sentence);
/// A move that is not built for shards.
Refusal refuse_shards_here(const OpCall& call);
/// Pages that a program of pages would write to shards' addresses.
Refusal refuse_pages_into_shards(const OpCall& call);
/// Shards without shape and cores.
Refusal refuse_open_shards(const OpCall& call);

/// Where to_layout puts what lay in shards.
Place place_of_layout(const OpCall& call);
/// The change of layout that another move begins with.
OpCall as_layout(const OpCall& call, Layout layout);

/// The steps of pad: the width first, which leaves `wide`, then the height.
struct PaddedShards {
  bool wider = false, higher = false;
  Sharding wide = {};
  Place out = Memory::l1;  ///< of the whole
};
PaddedShards padded_shards(const OpCall& call);

/// A step of a permutation: two of four dimensions change places, the last two or those in the middle.
struct Turn {
  bool swaps_sides;
  std::array<std::int64_t, 4> sizes;  ///< before it; of tiles the padded ones
  Sharding from, to;
};
/// None: the release has no such permutation of shards.
std::vector<Turn> turns_in_shards(const OpCall& call);

}  // namespace wattention::wormhole
