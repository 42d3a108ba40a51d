#pragma once
// How many output tiles the destination registers take at once.
#include "backends/wormhole/program/matmul/config.h"

namespace wattention::wormhole {

/// The release reads one list of pairs as (w, h) when a core grid is given and as (h, w) when not.
enum class SubblockOrder { width_first, height_first };

/// The first pair of the list that divides the block: at most 8 tiles, 4 with 32-bit registers.
Subblock choose_subblock(const BlockSize& out_block, bool fp32_accumulate, SubblockOrder order);

/// Likewise, width first, of those that are as wide as the block or one tile high: results lie in rows then.
Subblock choose_row_subblock(const BlockSize& out_block, bool fp32_accumulate);

}  // namespace wattention::wormhole
