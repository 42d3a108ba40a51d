#pragma once
// Moving a sharded tensor between grids, or from DRAM: the network on chip by itself.
#include <wattention/device.h>

#include <cstdint>
#include <optional>

#include "backends/wormhole/timing/rates.h"

namespace wattention::wormhole {

struct Reshard {
  std::optional<CoreGrid> from;  ///< none: DRAM
  CoreGrid to;
  std::int64_t bytes;  ///< read by all receiving cores together
};

/// Cycles until the slowest core has its bytes: the largest of what readers, sources, rows or columns
/// of links, and DRAM need, plus one latency.
double reshard_cycles(const Reshard& reshard, const CardRates& rates);

}  // namespace wattention::wormhole
