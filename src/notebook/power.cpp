#include "notebook/power.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "notebook/values.h"

namespace wattention {
namespace {

constexpr double s_per_ms = 1e-3, ms_per_s = 1e3;

Interval card_share_j(const NotebookPower& power, const Interval& card_idle_w) {
  const WallReading& card = power.reading("resident");
  const WallReading& host = power.reading("create_tensors");
  const double above_idle_w = (card.active_w - card.baseline_w) - (host.active_w - host.baseline_w);
  const double spread_w = power.baseline_spread_w();
  // A working card draws no less than an idle one.
  const double least_w = std::max(0.0, above_idle_w - spread_w);
  return (card_idle_w + Interval{above_idle_w, least_w, above_idle_w + spread_w}) *
         card.forward_s();
}

Interval around(double watts, double spread_w, double seconds) {
  return Interval{watts, watts - spread_w, watts + spread_w} * seconds;
}

}  // namespace

const WallReading& NotebookPower::reading(std::string_view config) const {
  const auto found = std::ranges::find(readings, config, &WallReading::config);
  expect(found != readings.end(), "[power] expected a wall reading of '{}'; found none", config);
  return *found;
}

double NotebookPower::baseline_spread_w() const {
  const auto [least, most] = std::ranges::minmax(readings, {}, &WallReading::baseline_w);
  return most.baseline_w - least.baseline_w;
}

Interval NotebookPower::gross_j(std::string_view config) const {
  const WallReading& job = reading(config);
  return around(job.active_w, baseline_spread_w(), job.forward_s());
}

Interval NotebookPower::net_j(std::string_view config) const {
  const WallReading& job = reading(config);
  return around(job.active_w - job.baseline_w, baseline_spread_w(), job.forward_s());
}

std::vector<WallReading> notebook_wall_readings() {
  return {{"cpu", 446, 740, 116655.43 * s_per_ms, 10000},
          {"resident", 425, 535, 110242.27 * s_per_ms, 10000},
          {"create_tensors", 444, 537, 81634.55 * s_per_ms, 10000}};
}

NotebookPower notebook_power(const Interval& card_idle_w, std::vector<WallReading> readings) {
  NotebookPower power;
  power.readings = std::move(readings);
  power.card_share_j = card_share_j(power, card_idle_w);
  power.verdict =
      "The notebook's wall meter shows what the whole machine drew, to a watt and about once a "
      "second. It cannot show the card's share: by difference that share is 17 W, and the meter's "
      "own baselines differ by more, by 21 W.";
  return power;
}

Interval notebook_forward_ms(std::string_view config) {
  const NotebookTimes& longest = notebook_times.back();
  expect(config == "cpu" || config == "resident", "[notebook] expected cpu or resident; found '{}'",
         config);
  const double total_ms = config == "cpu" ? longest.cpu_ms : longest.resident_ms;
  const double first_ms = total_ms / static_cast<double>(longest.count);
  const NotebookPower power{notebook_wall_readings(), {}, {}};
  const double second_ms = power.reading(config).forward_s() * ms_per_s;
  return {first_ms, std::min(first_ms, second_ms), std::max(first_ms, second_ms)};
}

}  // namespace wattention
