#pragma once
// scaled_dot_product_attention of one query a head, over as many keys as each batch has.
#include <vector>

#include "backends/wormhole/exec/attention.h"

namespace wattention::wormhole {

/// Chunks of keys lie on cores of their own, the last chunk on the first core, which they come back to in a tree. Of
/// `images`, queries are 1. `lengths` [batch]: from 1 to keys. No mask, no 32-bit Dst.
void attend_once(const AttentionImages& images, std::span<const std::int64_t> lengths,
                 const AttentionNumerics& numerics, HostOptions host);

}  // namespace wattention::wormhole
