// What a ring of more hosts than we have would take. Each of `hosts` steps computes a part of the rank's share while
// one exchange runs beside it; the last step sends nothing.
#include <wattention/cluster.h>

#include <algorithm>

#include "base/fail.h"

namespace wattention {

RingEstimate estimate_ring(const RingModel& model, int hosts) {
  expect(hosts >= 1 && model.one_host_s > 0 && model.link_bytes_per_s > 0,
         "[cluster] expected a host or more, a time and a link; found {}, {} s and {} bytes/s",
         hosts, model.one_host_s, model.link_bytes_per_s);
  const double count = hosts, steps = count - 1;
  RingEstimate estimate;
  estimate.compute_s = model.one_host_s / count;
  const double compute_step_s = estimate.compute_s / count;
  const double exchange_step_s = model.key_value_bytes / count / model.link_bytes_per_s;
  estimate.exchange_s = steps * exchange_step_s;
  estimate.time_s =
      steps * (std::max(compute_step_s, exchange_step_s) + model.step_s) + compute_step_s;
  estimate.efficiency = model.one_host_s / (count * estimate.time_s);
  return estimate;
}

}  // namespace wattention
