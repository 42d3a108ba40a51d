#include "backends/wormhole/timing/exp_time.h"

#include <algorithm>

namespace wattention::wormhole {

double exp_kernel_s(const ExpProblem& problem, std::int64_t cores, const CardRates& rates) {
  const auto per_core = static_cast<double>((problem.tiles + cores - 1) / cores);
  const double cycles =
      problem.tile_bytes == 4096 ? rates.exp_accurate_32bit_cycles : rates.exp_accurate_cycles;
  const double sfpu_s = per_core * cycles / rates.nominal_clock_hz;
  const double bytes = static_cast<double>(problem.tiles * problem.tile_bytes);
  const double dram_s = problem.in_dram ? bytes / rates.dram_write_bytes_per_s : 0;
  return rates.stream_launch_cycles / rates.nominal_clock_hz + std::max(sfpu_s, dram_s);
}

}  // namespace wattention::wormhole
