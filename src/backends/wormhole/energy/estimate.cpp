#include "backends/wormhole/energy/estimate.h"

#include <algorithm>
#include <optional>

#include "backends/wormhole/energy/card_energy.h"
#include "backends/wormhole/energy/power_profile.h"
#include "backends/wormhole/timing/estimate_time.h"
#include "backends/wormhole/timing/time_evidence.h"
#include "backends/wormhole/timing/what_if.h"

namespace wattention::wormhole {
namespace {

/// One value per step; what the host does costs the card nothing.
std::vector<double> activities(std::span<const TimedStep> steps, std::span<const Event> run,
                               const PowerRates& rates) {
  std::vector<double> joules;
  for (const TimedStep& step : steps)
    joules.push_back(step.on_device ? activity_j(std::get<OpEvent>(run[step.event]), rates) : 0);
  return joules;
}

/// Seconds and joules of the card while it is awake.
struct Awake {
  double seconds = 0;
  double joules = 0;
};

Awake awake_of(std::span<const PowerSpan> spans) {
  Awake awake;
  for (const PowerSpan& span : spans)
    if (span.awake) {
      awake.seconds += span.duration_s;
      awake.joules += span.watts.value * span.duration_s;
    }
  return awake;
}

/// Joules of the phase's steps; nothing when they leave the card at rest.
std::optional<double> awake_j(std::span<const TimedStep> steps, Phase phase) {
  std::optional<double> joules;
  for (const TimedStep& step : steps)
    if (step.phase == phase && occupies_card(step)) joules = joules.value_or(0) + step.card_j;
  return joules;
}

/// With two queues a forward's transfers hide behind another's work: the card then is awake once for both.
Awake overlapped(const Awake& awake, double elapsed_s, const PowerRates& rates) {
  const double shared_s = std::max(0.0, awake.seconds - elapsed_s);
  return {std::min(awake.seconds, elapsed_s), awake.joules - shared_s * rates.awake_w};
}

/// Phases that wake the card share its joules while awake; its rest is shared out among the others by their
/// time.
void add_phase_energy(RunEstimate& estimate, const Awake& awake, double awake_share,
                      const PowerRates& rates) {
  const double rest_s = estimate.time_s.value - awake.seconds;
  double resting_phases_s = 0;
  for (const PhaseEstimate& phase : estimate.phases)
    if (!awake_j(estimate.steps, phase.phase)) resting_phases_s += phase.time_s;
  for (PhaseEstimate& phase : estimate.phases) {
    if (const auto joules = awake_j(estimate.steps, phase.phase)) {
      phase.card_j = busy_energy_j(phase.time_s, 0, rates);
      phase.card_j.value = awake_share * *joules;
    } else if (resting_phases_s > 0) {
      phase.card_j = idle_energy_j(rest_s * phase.time_s / resting_phases_s, rates);
    }
  }
}

/// How much longer or shorter the card may be at work, over all steps on it.
double awake_factor(std::span<const TimedStep> steps, std::span<const Event> run, IntervalEnd end,
                    const CardRates& card) {
  double found_s = 0, at_end_s = 0;
  for (const TimedStep& step : steps) {
    if (!step.on_device) continue;
    found_s += step.duration_s;
    at_end_s += step.duration_s * interval_factor(std::get<OpEvent>(run[step.event]), end, card);
  }
  if (found_s > 0) return at_end_s / found_s;
  return end == IntervalEnd::low ? card.low_factor : card.high_factor;
}

/// Idle when not awake. The slow end of the time interval belongs to the high end of the energy interval, and
/// so on.
Interval total_j(const RunEstimate& estimate, const Awake& awake, std::span<const Event> run,
                 const CardRates& card, const PowerRates& rates) {
  const auto factor_at = [&](IntervalEnd end) {
    return awake_factor(estimate.steps, run, end, card);
  };
  const auto bound = [&](double elapsed_s, double factor) {
    const double awake_s = std::min(awake.seconds * factor, elapsed_s);
    return busy_energy_j(awake_s, 0, rates) + idle_energy_j(elapsed_s - awake_s, rates);
  };
  const double rest_s = estimate.time_s.value - awake.seconds;
  return {awake.joules + idle_energy_j(rest_s, rates).value,
          bound(estimate.time_s.low, factor_at(IntervalEnd::low)).low,
          bound(estimate.time_s.high, factor_at(IntervalEnd::high)).high};
}

}  // namespace

RunEstimate estimate_run(std::span<const Event> events, const EstimateOptions& options) {
  const std::vector<Event> run = changed_run(events, options);
  RunEstimate estimate = estimate_time(run, options);
  const PowerRates& rates = power_rates();
  estimate.card_w = power_over_time(estimate.steps, activities(estimate.steps, run, rates), rates);
  const Awake alone = awake_of(estimate.card_w);
  const Awake awake = overlapped(alone, estimate.time_s.value, rates);
  add_phase_energy(estimate, awake, alone.joules > 0 ? awake.joules / alone.joules : 0, rates);
  estimate.card_j = total_j(estimate, awake, run, card_rates(options.card), rates);
  // At least the card draws what it draws at rest: then the difference is 0, and rounding must not make it less.
  const double low_j = estimate.card_j.low - idle_energy_j(estimate.time_s.low, rates).low;
  estimate.card_net_j = {estimate.card_j.value - idle_energy_j(estimate.time_s.value, rates).value,
                         std::max(low_j, 0.0),
                         estimate.card_j.high - idle_energy_j(estimate.time_s.high, rates).high};
  estimate.calibration +=
      "; energy: idle and board rating of the n150d as bounds, between them a "
      "public fit on an n300";
  return estimate;
}

}  // namespace wattention::wormhole
