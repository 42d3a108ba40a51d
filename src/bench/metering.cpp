#include "bench/metering.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/fail.h"
#include "device/backend.h"

namespace wattention {
namespace {

constexpr double least_window_s = 0.5;  // a scheduler's hiccup of 10 ms is 2 % of it
constexpr double settle_s = 0.1;        // threads of the work before spin for some milliseconds
constexpr const char* simulated =
    "a software model computes: this machine's joules are not the card's";
constexpr const char* no_hand_baseline = "no baseline was read by hand";
constexpr const char* no_idle_figure = "the meter had no figure for the rest before and after";

const std::string automatic = "auto";

double needed_s(const Meter& meter) {
  return Meter::least_ticks * meter.resolution().tick_s;
}

/// A wall meter does not show rest and work by itself: a person reads both.
bool lacks_baseline(const Meter& meter) {
  return meter.source() == EnergySource::manual && !meter.known_idle_w();
}

Figure per_forward(const Joules& joules, EnergySource source, double forwards) {
  return Figure::of(joules / forwards, source);
}

Figure net_figure(const SensorRecord& record, const EnergyReading& reading, double forwards) {
  if (!record.idle_before_w || !record.idle_after_w) return Figure::absent(no_idle_figure);
  const auto net = net_energy(reading, {*record.idle_before_w, *record.idle_after_w});
  return per_forward(net.value(), reading.source, forwards);
}

std::vector<std::optional<double>> idle_watts(const std::vector<Meter*>& meters,
                                              const std::function<void(double)>& rest) {
  double seconds = least_window_s;
  for (const Meter* meter : meters) seconds = std::max(seconds, 2 * needed_s(*meter));
  if (std::ranges::all_of(meters, [](const Meter* m) { return m->known_idle_w().has_value(); }))
    seconds = 0;
  else
    rest(settle_s);
  return measure_idle_w(meters, seconds, rest);
}

EnergyReading reading_of(const SensorRecord& record) {
  EnergyReading reading;
  reading.meter = record.meter;
  reading.scope = record.scope;
  reading.gross = record.gross_j.range;
  return reading;
}

}  // namespace

void expect_meters(const MeterChoice& choice) {
  for (const std::string& name : choice.names)
    if (name != automatic) open_meter(name, choice.options);
}

Metering::Metering(const MeterChoice& choice, const Device& device) {
  const Backend& backend = device.backend();
  for (const std::string& name : choice.names) {
    if (name != automatic)
      add(name, choice.options);
    else
      for (const std::string_view own : backend.capabilities().meters)
        add(std::string(own), choice.options);
  }
  if (!backend.capabilities().simulated) return;
  open_.clear();
  for (SensorRecord& record : records_) record.gross_j = record.net_j = Figure::absent(simulated);
}

void Metering::add(const std::string& name, const MeterOptions& options) {
  const MeterInfo info = describe_meter(name, options);
  SensorRecord record;
  record.meter = name;
  record.scope = info.scope;
  record.gross_j = record.net_j = Figure::absent(info.reason);
  if (info.available) open_.push_back({records_.size(), open_meter(name, options)});
  records_.push_back(std::move(record));
}

void Metering::run(const MeteredWork& work) {
  std::vector<Meter*> meters, resting;
  double window_s = least_window_s;
  for (const Sensor& sensor : open_) {
    meters.push_back(sensor.meter.get());
    if (!lacks_baseline(*sensor.meter)) resting.push_back(sensor.meter.get());
    // More than the rule asks for, so that the first window holds.
    window_s = std::max(window_s, 1.25 * needed_s(*sensor.meter));
  }
  constexpr double limit_s = 60;
  const long blocks = std::max(1L, std::lround(std::ceil(window_s / std::max(work.block_s, 1e-3))));
  const auto before_w = idle_watts(resting, work.rest);
  const auto measured = measure_energy(meters, work.block, limit_s, blocks);
  const auto after_w = idle_watts(resting, work.rest);
  std::size_t rested = 0;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    SensorRecord& record = records_[open_[i].record];
    if (!lacks_baseline(*meters[i])) {
      record.idle_before_w = before_w[rested];
      record.idle_after_w = after_w[rested++];
    }
    keep(record, *meters[i], measured[i], measured[i].repeats * work.forwards);
  }
}

void Metering::keep(SensorRecord& record, const Meter& meter, const EnergyMeasurement& measured,
                    std::int64_t forwards) const {
  const EnergyReading& reading = measured.reading;
  record.window_s = reading.window_s;
  record.forwards = forwards;
  if (!reading.gross) {
    record.gross_j = record.net_j = Figure::absent(reading.reason);
    return;
  }
  const auto count = static_cast<double>(forwards);
  record.gross_j = per_forward(*reading.gross, reading.source, count);
  record.net_j =
      lacks_baseline(meter) ? Figure::absent(no_hand_baseline) : net_figure(record, reading, count);
}

std::vector<std::string> sensor_comparisons(const std::vector<SensorRecord>& records) {
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < records.size(); ++i)
    for (std::size_t j = i + 1; j < records.size(); ++j)
      if (const auto both = compare_sensors(reading_of(records[i]), reading_of(records[j])))
        sentences.push_back(both->sentence);
  return sentences;
}

}  // namespace wattention
