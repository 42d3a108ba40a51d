#pragma once
// The energy model's constants, from a data file that gives a source for each.
#include "backends/wormhole/spec/facts.h"

namespace wattention::wormhole {

struct PowerRates {
  double idle_low_w;
  double idle_high_w;
  double rating_w;  ///< no n150d draws more for long
  double awake_w;   ///< cores clocked and waiting
  double noc_j_per_byte;
  double matrix_j_per_cycle;  ///< one core's FPU
  double vector_j_per_cycle;  ///< one core's SFPU

  double idle_w() const { return (idle_low_w + idle_high_w) / 2; }
};

const PowerRates& power_rates();
const Facts& power_facts();

}  // namespace wattention::wormhole
