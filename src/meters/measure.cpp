// The rules that turn a meter into a figure: repeat until the window holds, gross and net, two sensors.
#include <fmt/format.h>
#include <wattention/energy.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace wattention {
namespace {

EnergyReading read_window(Meter& meter, const std::function<void()>& work, long repeats) {
  meter.start();
  for (long repeat = 0; repeat < repeats; ++repeat) {
    work();
    meter.sample();
  }
  return meter.stop();
}

bool overlap(const Joules& a, const Joules& b) {
  return a.low <= b.high && b.low <= a.high;
}

}  // namespace

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::optional<Joules> EnergyMeasurement::per_repeat() const {
  if (!reading.gross || repeats == 0) return std::nullopt;
  const auto n = static_cast<double>(repeats);
  return Joules{reading.gross->value / n, reading.gross->low / n, reading.gross->high / n};
}

EnergyMeasurement measure_energy(Meter& meter, const std::function<void()>& work, double limit_s) {
  EnergyMeasurement measurement;
  double spent_s = 0;
  for (long repeats = 1;; repeats *= 2) {
    measurement.reading = read_window(meter, work, repeats);
    measurement.repeats = repeats;
    spent_s += measurement.reading.window_s;
    // The next window takes about twice this one.
    if (!measurement.reading.too_short || spent_s + 2 * measurement.reading.window_s > limit_s)
      return measurement;
  }
}

std::optional<double> measure_idle_w(Meter& meter, double seconds,
                                     const std::function<void(double)>& rest) {
  // Power sensors need ten samples; twenty leave room for late ones.
  constexpr int samples = 20;
  meter.start();
  for (int sample = 0; sample < samples; ++sample) {
    rest(seconds / samples);
    meter.sample();
  }
  const EnergyReading reading = meter.stop();
  if (!reading.gross) return std::nullopt;
  return reading.gross->value / reading.window_s;
}

std::optional<Joules> net_energy(const EnergyReading& reading, const IdleBaseline& baseline) {
  if (!reading.gross) return std::nullopt;
  const double idle_j = baseline.mean_w() * reading.window_s;
  const double drift_j = std::abs(baseline.drift_w()) / 2 * reading.window_s;
  // Net energy may come out below 0: a baseline that was too high shows itself so.
  return Joules{reading.gross->value - idle_j, reading.gross->low - idle_j - drift_j,
                reading.gross->high - idle_j + drift_j};
}

std::optional<SensorComparison> compare_sensors(const EnergyReading& first,
                                                const EnergyReading& second) {
  if (!first.gross || !second.gross || second.gross->value == 0) return std::nullopt;
  SensorComparison comparison;
  comparison.ratio = first.gross->value / second.gross->value;
  const bool same_scope = first.scope == second.scope;
  comparison.agree = same_scope && overlap(*first.gross, *second.gross);
  comparison.sentence =
      fmt::format("{} ({}) gives {:.3g} times {} ({}); {}", first.meter, to_string(first.scope),
                  comparison.ratio, second.meter, to_string(second.scope),
                  !same_scope        ? "their scopes differ, so they need not agree"
                  : comparison.agree ? "their intervals overlap"
                                     : "their intervals do not overlap: trust neither alone");
  return comparison;
}

}  // namespace wattention
