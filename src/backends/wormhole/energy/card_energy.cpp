#include "backends/wormhole/energy/card_energy.h"

#include <algorithm>

#include "backends/wormhole/timing/rates.h"

namespace wattention::wormhole {

Interval idle_energy_j(double seconds, const PowerRates& rates) {
  return {rates.idle_w() * seconds, rates.idle_low_w * seconds, rates.idle_high_w * seconds};
}

Interval busy_energy_j(double seconds, double activity, const PowerRates& rates) {
  const double low = rates.idle_low_w * seconds;
  const double high = rates.rating_w * seconds;
  return {std::clamp(rates.awake_w * seconds + activity, low, high), low, high};
}

double activity_j(const OpEvent& op, const PowerRates& rates) {
  const CardRates& card = card_rates("n150d");
  const int phases = static_cast<int>(op.fidelity);
  const double matrix_cycles =
      phases * (static_cast<double>(op.total.products) * card.math_cycles_per_phase +
                static_cast<double>(op.total.elementwise) * card.elementwise_cycles_per_phase +
                static_cast<double>(op.total.reductions) * card.reduce_cycles_per_phase);
  const double vector_cycles =
      static_cast<double>(op.total.exponentials) * card.exp_approximate_cycles +
      static_cast<double>(op.total.reciprocals) * card.reciprocal_cycles +
      static_cast<double>(op.total.vector_cycles);
  const Traffic& traffic = op.traffic;
  const double noc_bytes =
      static_cast<double>(traffic.dram_read_bytes + traffic.dram_written_bytes +
                          traffic.l1_read_bytes + traffic.l1_written_bytes) +
      static_cast<double>(op.in0.bytes) * op.in0.receivers +
      static_cast<double>(op.in1.bytes) * op.in1.receivers;
  return matrix_cycles * rates.matrix_j_per_cycle + vector_cycles * rates.vector_j_per_cycle +
         noc_bytes * rates.noc_j_per_byte;
}

}  // namespace wattention::wormhole
