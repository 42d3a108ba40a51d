#include "backends/wormhole/energy/power_rates.h"

#include "backends/wormhole/timing/embedded.h"

namespace wattention::wormhole {

const Facts& power_facts() {
  static const Facts facts(embedded_n150d_power());
  return facts;
}

const PowerRates& power_rates() {
  static const PowerRates rates{
      power_facts().number("idle_low_w"),        power_facts().number("idle_high_w"),
      power_facts().number("rating_w"),          power_facts().number("awake_w"),
      power_facts().number("noc_j_per_byte"),    power_facts().number("matrix_j_per_cycle"),
      power_facts().number("vector_j_per_cycle")};
  return rates;
}

}  // namespace wattention::wormhole
