#include "backends/wormhole/timing/noc_time.h"

#include <algorithm>

namespace wattention::wormhole {

double reshard_cycles(const Reshard& reshard, const CardRates& rates) {
  const auto bytes = static_cast<double>(reshard.bytes);
  const int readers = reshard.to.x * reshard.to.y;
  const double reader = bytes / readers / rates.noc_reader_bytes_per_cycle;
  if (!reshard.from) {
    const double column = bytes / reshard.to.x / rates.noc_column_bytes_per_cycle;
    const double dram = bytes / rates.noc_dram_bytes_per_cycle;
    return rates.noc_latency_cycles + std::max({reader, column, dram});
  }
  const int sources = reshard.from->x * reshard.from->y;
  const double source = bytes / sources / rates.noc_source_bytes_per_cycle;
  const double row = bytes / reshard.from->y / rates.noc_source_row_bytes_per_cycle;
  return rates.noc_latency_cycles + std::max({reader, source, row});
}

}  // namespace wattention::wormhole
