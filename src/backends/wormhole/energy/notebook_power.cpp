#include "backends/wormhole/energy/notebook_power.h"

#include <algorithm>

#include "backends/wormhole/energy/power_rates.h"
#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/embedded.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

const WallReading& find(const std::vector<WallReading>& readings, std::string_view config) {
  const auto found =
      std::find_if(readings.begin(), readings.end(),
                   [&](const WallReading& reading) { return reading.config == config; });
  expect(found != readings.end(), "[power] expected a wall reading of '{}'; found none", config);
  return *found;
}

double baseline_spread_w(const std::vector<WallReading>& readings) {
  const auto [least, most] = std::minmax_element(
      readings.begin(), readings.end(),
      [](const WallReading& a, const WallReading& b) { return a.baseline_w < b.baseline_w; });
  return most->baseline_w - least->baseline_w;
}

}  // namespace

std::vector<WallReading> notebook_wall_readings() {
  std::vector<WallReading> readings;
  for (const CsvRow& row : parse_csv(embedded_notebook_power()).rows)
    readings.push_back({row.text("config"), row.number("baseline_w"), row.number("active_w"),
                        row.number("total_ms") * 1e-3, row.integer("count")});
  return readings;
}

Interval card_share_j(const std::vector<WallReading>& readings) {
  const WallReading& card = find(readings, "resident");
  const WallReading& host = find(readings, "create_tensors");
  const double above_idle_w = (card.active_w - card.baseline_w) - (host.active_w - host.baseline_w);
  const double spread_w = baseline_spread_w(readings);
  const PowerRates& rates = power_rates();
  // A working card draws no less than an idle one.
  const double least_w = std::max(0.0, above_idle_w - spread_w);
  const double forward_s = card.forward_s();
  return {(rates.idle_w() + above_idle_w) * forward_s, (rates.idle_low_w + least_w) * forward_s,
          (rates.idle_high_w + above_idle_w + spread_w) * forward_s};
}

std::string_view wall_meter_verdict() {
  return "The notebook's wall meter tells what the whole machine drew, to a watt and about once a "
         "second; "
         "it cannot tell the card's share, because that (17 W by difference) is smaller than the "
         "21 W by "
         "which its own baselines differ.";
}

}  // namespace wattention::wormhole
