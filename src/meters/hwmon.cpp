#include "meters/hwmon.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "meters/file_value.h"
#include "meters/power_samples.h"
#include "meters/window.h"

namespace wattention {
namespace {

namespace fs = std::filesystem;

// hwmon's unit is the micro-watt (kernel documentation, hwmon/sysfs-interface); the telemetry behind it
// has whole watts. The firmware's own monitor polls it every 0.1 s.
constexpr double watts_per_count = 1e-6;
constexpr MeterResolution hwmon_ticks{0.1, 0.1, 1.0};
// One chip: 15 W in its lowest power state, 160 W board rating on an n150d, 300 W on the largest
// board. A driver once gave milli-watts: 20 W then read as 0.02 W.
constexpr double least_w = 1;
constexpr double most_w = 400;

const std::set<std::string>& card_names() {
  static const std::set<std::string> names{"wormhole", "blackhole"};
  return names;
}

/// Numbers change from boot to boot, so the folder is found by its name file.
std::optional<fs::path> find_card(const fs::path& root) {
  std::set<fs::path> cards;
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error))
    if (card_names().contains(read_word(entry->path() / "name").value.value_or("")))
      cards.insert(entry->path());
  if (cards.empty()) return std::nullopt;
  return *cards.begin();
}

struct PowerReading {
  std::optional<double> watts;
  std::string reason;
};

PowerReading read_power(const fs::path& sensor) {
  const auto count = read_number(sensor);
  if (!count.value) return {{}, count.reason};
  const double watts = static_cast<double>(*count.value) * watts_per_count;
  if (watts < least_w || watts > most_w)
    return {{},
            fmt::format("{} gives {:g} W, outside {:g} to {:g} W: wrong unit or a fault",
                        sensor.string(), watts, least_w, most_w)};
  return {watts, {}};
}

class Hwmon final : public Meter {
 public:
  Hwmon(fs::path sensor, MeterClock clock) : sensor_(std::move(sensor)), clock_(std::move(clock)) {}

  std::string_view name() const override { return "hwmon"; }
  // The core supply of the ASIC: GDDR6 and the board's converters are not in it.
  MeterScope scope() const override { return MeterScope::chip; }
  EnergySource source() const override { return EnergySource::vendor_reported; }
  MeterResolution resolution() const override { return hwmon_ticks; }

  void start() override {
    start_s_ = clock_();
    const PowerReading power = read_power(sensor_);
    reason_ = power.reason;
    samples_.start(start_s_, power.watts.value_or(0));
  }

  void sample() override {
    if (!reason_.empty()) return;
    const PowerReading power = read_power(sensor_);
    reason_ = power.reason;
    if (power.watts) samples_.add(clock_(), *power.watts);
  }

  EnergyReading stop() override {
    sample();
    const double window_s = clock_() - start_s_;
    if (!reason_.empty()) return no_reading(*this, window_s, reason_);
    if (const auto refusal = refuse_short(*this, window_s)) return *refusal;
    if (samples_.count() < least_ticks) return too_few_samples(window_s);
    return reading_of(*this, window_s, samples_.joules(), hwmon_ticks.step_w * window_s);
  }

 private:
  // Work that lasts long between two samples: more of it brings more of them.
  EnergyReading too_few_samples(double window_s) const {
    EnergyReading reading =
        no_reading(*this, window_s,
                   fmt::format("expected {} power samples or more in the window; found {}",
                               least_ticks, samples_.count()));
    reading.too_short = true;
    return reading;
  }

  fs::path sensor_;
  MeterClock clock_;
  PowerSamples samples_;
  double start_s_ = 0;
  std::string reason_;
};

}  // namespace

MeterResolution hwmon_resolution() {
  return hwmon_ticks;
}

HwmonChoice open_hwmon(const MeterOptions& options) {
  const auto card = find_card(options.hwmon_root);
  if (!card)
    return {nullptr,
            fmt::format("no sensor called wormhole or blackhole under {}", options.hwmon_root)};
  const PowerReading power = read_power(*card / "power1_input");
  if (!power.watts) return {nullptr, power.reason};
  return {std::make_unique<Hwmon>(*card / "power1_input", options.clock), {}};
}

}  // namespace wattention
