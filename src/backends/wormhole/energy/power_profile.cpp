#include "backends/wormhole/energy/power_profile.h"

#include <algorithm>

#include "backends/wormhole/energy/card_energy.h"

namespace wattention::wormhole {
namespace {

double end_s(const TimedStep& step) {
  return step.start_s + step.duration_s;
}

/// Moments at which the power may change, in order, each once.
std::vector<double> edges_of(std::span<const TimedStep> steps) {
  std::vector<double> edges{0};
  double last_s = 0;
  for (const TimedStep& step : steps) {
    last_s = std::max(last_s, end_s(step));
    if (occupies_card(step)) edges.insert(edges.end(), {step.start_s, end_s(step)});
  }
  edges.push_back(last_s);
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

/// A step that occupies the card, and the watts of its activity.
struct Occupant {
  TimedStep* step;
  double activity_w;
};

std::vector<Occupant> occupants_of(std::span<TimedStep> steps, std::span<const double> activity_j) {
  std::vector<Occupant> occupants;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (occupies_card(steps[i]) && steps[i].duration_s > 0)
      occupants.push_back({&steps[i], activity_j[i] / steps[i].duration_s});
  std::ranges::sort(occupants, {}, [](const Occupant& o) { return o.step->start_s; });
  return occupants;
}

PowerSpan span_between(double from_s, double to_s, std::span<const Occupant> present,
                       const PowerRates& rates) {
  const double duration_s = to_s - from_s;
  if (present.empty()) return {from_s, duration_s, false, idle_energy_j(1, rates)};
  double asked_w = rates.awake_w;
  for (const Occupant& occupant : present) asked_w += occupant.activity_w;
  const Interval watts = busy_energy_j(1, asked_w - rates.awake_w, rates);
  const double awake_share_w = rates.awake_w / static_cast<double>(present.size());
  for (const Occupant& occupant : present)
    occupant.step->card_j +=
        watts.value * duration_s * (awake_share_w + occupant.activity_w) / asked_w;
  return {from_s, duration_s, true, watts};
}

}  // namespace

bool occupies_card(const TimedStep& step) {
  return step.on_device || step.phase == Phase::write || step.phase == Phase::read;
}

std::vector<PowerSpan> power_over_time(std::span<TimedStep> steps,
                                       std::span<const double> activity_j,
                                       const PowerRates& rates) {
  const std::vector<double> edges = edges_of(steps);
  const std::vector<Occupant> occupants = occupants_of(steps, activity_j);
  std::vector<Occupant> present;
  std::vector<PowerSpan> spans;
  auto next = occupants.begin();
  for (std::size_t i = 1; i < edges.size(); ++i) {
    const double from_s = edges[i - 1];
    std::erase_if(present, [&](const Occupant& o) { return end_s(*o.step) <= from_s; });
    while (next != occupants.end() && next->step->start_s <= from_s) present.push_back(*next++);
    spans.push_back(span_between(from_s, edges[i], present, rates));
  }
  return spans;
}

}  // namespace wattention::wormhole
