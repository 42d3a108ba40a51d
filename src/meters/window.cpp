#include "meters/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wattention {

EnergyReading no_reading(const Meter& meter, double window_s, std::string reason) {
  EnergyReading reading;
  reading.reason = fmt::format("[{}] {}", meter.name(), std::move(reason));
  reading.window_s = window_s;
  reading.meter = meter.name();
  reading.scope = meter.scope();
  reading.source = meter.source();
  return reading;
}

EnergyReading reading_of(const Meter& meter, double window_s, double joules, double error_j) {
  EnergyReading reading = no_reading(meter, window_s, {});
  reading.reason.clear();
  reading.gross = Joules{joules, std::max(0.0, joules - error_j), joules + error_j};
  return reading;
}

std::optional<EnergyReading> refuse_short(const Meter& meter, double window_s) {
  const double needed_s = Meter::least_ticks * meter.resolution().tick_s;
  if (window_s >= needed_s) return std::nullopt;
  EnergyReading reading =
      no_reading(meter, window_s,
                 fmt::format("expected a window of {:g} s or more, {} of its ticks; found {:.3g} s",
                             needed_s, Meter::least_ticks, window_s));
  reading.too_short = true;
  return reading;
}

}  // namespace wattention
