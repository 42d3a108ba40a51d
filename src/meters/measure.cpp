// The rules that turn a meter into a figure: repeat until the window holds, gross and net, two sensors.
#include <fmt/format.h>
#include <wattention/energy.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace wattention {
namespace {

std::vector<EnergyReading> read_window(std::span<Meter* const> meters,
                                       const std::function<void()>& work, long repeats) {
  for (Meter* meter : meters) meter->start();
  for (long repeat = 0; repeat < repeats; ++repeat) {
    work();
    for (Meter* meter : meters) meter->sample();
  }
  std::vector<EnergyReading> readings;
  readings.reserve(meters.size());
  for (Meter* meter : meters) readings.push_back(meter->stop());
  return readings;
}

/// Is `part` inside of `whole`? The wall holds everything; the platform the packages and their memory; a board
/// its chip.
bool contains(MeterScope whole, MeterScope part) {
  if (whole == part) return false;
  switch (whole) {
    case MeterScope::wall: return true;
    case MeterScope::platform: return part == MeterScope::package || part == MeterScope::memory;
    case MeterScope::board: return part == MeterScope::chip;
    default: return false;
  }
}

/// A whole that is less than its part, by more than both may err.
bool whole_is_less(const EnergyReading& first, const EnergyReading& second) {
  if (contains(first.scope, second.scope)) return first.gross->high < second.gross->low;
  return contains(second.scope, first.scope) && second.gross->high < first.gross->low;
}

bool one_in_the_other(const EnergyReading& first, const EnergyReading& second) {
  return contains(first.scope, second.scope) || contains(second.scope, first.scope);
}

std::string_view verdict(const EnergyReading& first, const EnergyReading& second) {
  if (first.scope == second.scope)
    return overlap(*first.gross, *second.gross)
               ? "their intervals overlap"
               : "their intervals do not overlap: trust neither alone";
  if (!one_in_the_other(first, second)) return "their scopes differ, so they need not agree";
  return whole_is_less(first, second)
             ? "the wider scope has less than its part: trust neither alone"
             : "their scopes differ: the wider one has at least as much as its part, as it must";
}

}  // namespace

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::optional<Joules> EnergyMeasurement::per_repeat() const {
  if (!reading.gross || repeats == 0) return std::nullopt;
  return *reading.gross / static_cast<double>(repeats);
}

std::vector<EnergyMeasurement> measure_energy(std::span<Meter* const> meters,
                                              const std::function<void()>& work, double limit_s,
                                              long first_repeats) {
  double spent_s = 0;
  for (long repeats = first_repeats;; repeats *= 2) {
    std::vector<EnergyMeasurement> measurements;
    double window_s = 0;
    bool too_short = false;
    for (EnergyReading& reading : read_window(meters, work, repeats)) {
      window_s = std::max(window_s, reading.window_s);
      too_short |= reading.too_short;
      measurements.push_back({std::move(reading), repeats});
    }
    spent_s += window_s;
    // The next window takes about twice this one.
    if (!too_short || spent_s + 2 * window_s > limit_s) return measurements;
  }
}

EnergyMeasurement measure_energy(Meter& meter, const std::function<void()>& work, double limit_s) {
  Meter* const one = &meter;
  return measure_energy(std::span(&one, 1), work, limit_s, 1).front();
}

std::vector<std::optional<double>> measure_idle_w(std::span<Meter* const> meters, double seconds,
                                                  const std::function<void(double)>& rest) {
  std::vector<Meter*> asked;
  for (Meter* meter : meters)
    if (!meter->known_idle_w()) asked.push_back(meter);
  // Power sensors need ten samples; twenty leave room for late ones.
  constexpr long samples = 20;
  std::vector<EnergyReading> readings;
  if (!asked.empty())
    readings = read_window(
        asked, [&] { rest(seconds / samples); }, samples);
  std::vector<std::optional<double>> watts;
  auto reading = readings.begin();
  for (Meter* meter : meters) {
    watts.push_back(meter->known_idle_w());
    if (watts.back()) continue;
    if (reading->gross) watts.back() = reading->gross->value / reading->window_s;
    ++reading;
  }
  return watts;
}

std::optional<double> measure_idle_w(Meter& meter, double seconds,
                                     const std::function<void(double)>& rest) {
  Meter* const one = &meter;
  return measure_idle_w(std::span(&one, 1), seconds, rest).front();
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
  comparison.agree = first.scope == second.scope && overlap(*first.gross, *second.gross);
  comparison.sentence =
      fmt::format("{} ({}) gives {:.3g} times {} ({}); {}", first.meter, to_string(first.scope),
                  comparison.ratio, second.meter, to_string(second.scope), verdict(first, second));
  return comparison;
}

}  // namespace wattention
