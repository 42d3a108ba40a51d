#pragma once
// scaled_dot_product_attention of one query a head, over as many keys as each batch has.
#include <vector>

#include "backends/wormhole/exec/attention.h"

namespace wattention::wormhole {

/// Chunks of keys are shared out over `cores` a head, the last ones to the first core, which they come back to in a
/// tree; a core meets its chunks in order. Of `images`, queries are 1. `lengths` [batch]: from 1 to keys. No mask, no
/// 32-bit Dst.
void attend_once(const AttentionImages& images, std::span<const std::int64_t> lengths,
                 const AttentionNumerics& numerics, std::int64_t cores, HostOptions host);

}  // namespace wattention::wormhole
