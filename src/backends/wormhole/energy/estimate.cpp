#include "backends/wormhole/energy/estimate.h"

#include <algorithm>
#include <string>

#include "backends/wormhole/energy/card_energy.h"
#include "backends/wormhole/timing/estimate_time.h"
#include "backends/wormhole/timing/what_if.h"

namespace wattention::wormhole {
namespace {

/// Does the card take part? It computes, or its DMA and DRAM serve the bus. A dispatch alone is read by two
/// small cores and leaves the card at rest.
bool occupies_card(const TimedStep& step) {
  return step.on_device || step.phase == "write" || step.phase == "read";
}

double activity_of_all(std::span<const Event> events, const PowerRates& rates) {
  double joules = 0;
  for (const Event& event : events)
    if (const auto* op = std::get_if<OpEvent>(&event)) joules += activity_j(*op, rates);
  return joules;
}

double busy_s(std::span<const TimedStep> steps) {
  double seconds = 0;
  for (const TimedStep& step : steps)
    if (occupies_card(step)) seconds += step.duration_s;
  return seconds;
}

/// Busy phases pay for their own time; the card's rest is shared out among the host's phases by their time.
void add_phase_energy(RunEstimate& estimate, double activity, const PowerRates& rates) {
  const double busy = busy_s(estimate.steps);
  const auto occupied = [&](const PhaseEstimate& phase) {
    return std::any_of(estimate.steps.begin(), estimate.steps.end(), [&](const TimedStep& step) {
      return step.phase == phase.phase && occupies_card(step);
    });
  };
  double resting_phases_s = 0;
  for (const PhaseEstimate& phase : estimate.phases)
    if (!occupied(phase)) resting_phases_s += phase.time_s;
  const double rest_s = std::max(0.0, estimate.time_s.value - busy);
  for (PhaseEstimate& phase : estimate.phases) {
    if (occupied(phase))
      phase.card_j = busy_energy_j(phase.time_s, phase.phase == "compute" ? activity : 0, rates);
    else if (resting_phases_s > 0)
      phase.card_j = idle_energy_j(rest_s * phase.time_s / resting_phases_s, rates);
  }
}

}  // namespace

RunEstimate estimate_run(std::span<const Event> events, const EstimateOptions& options) {
  RunEstimate estimate = estimate_time(events, options);
  const PowerRates& rates = power_rates();
  const std::vector<Event> changed =
      options.device_tilize ? tilized_on_device(events) : std::vector<Event>();
  const double activity =
      activity_of_all(options.device_tilize ? std::span<const Event>(changed) : events, rates);
  add_phase_energy(estimate, activity, rates);
  // The slow end of the time interval belongs to the high end of the energy interval, and so on.
  const double busy = busy_s(estimate.steps);
  const CardRates& card = card_rates(options.card);
  const auto total = [&](double elapsed_s, double factor) {
    const double busy_at = std::min(busy * factor, elapsed_s);
    return busy_energy_j(busy_at, activity, rates) + idle_energy_j(elapsed_s - busy_at, rates);
  };
  estimate.card_j = {total(estimate.time_s.value, 1).value,
                     total(estimate.time_s.low, card.low_factor).low,
                     total(estimate.time_s.high, card.high_factor).high};
  estimate.calibration +=
      "; energy: idle and board rating of the n150d as bounds, between them a "
      "public fit on an n300";
  return estimate;
}

}  // namespace wattention::wormhole
