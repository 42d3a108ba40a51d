#pragma once
// The unary exp program, whose published timings the SFPU and DRAM rates are fitted to.
#include <cstdint>

#include "backends/wormhole/timing/rates.h"

namespace wattention::wormhole {

struct ExpProblem {
  std::int64_t tiles;
  std::int64_t tile_bytes;  ///< 4096: 32-bit elements
  bool in_dram;             ///< input and output; else L1
};

/// Device-kernel time at the nominal clock: tiles are shared out over all cores, the fullest one counts.
double exp_kernel_s(const ExpProblem& problem, const CardRates& rates);

}  // namespace wattention::wormhole
