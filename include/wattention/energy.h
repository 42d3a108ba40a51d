#pragma once
// Joules with a source: the meters of this machine, and the rules that make a reading worth
// printing.
#include <wattention/interval.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

/// Where a figure comes from.
enum class EnergySource { measured, modelled, vendor_reported, manual };
std::string_view to_string(EnergySource source);

/// What a figure includes. Figures of different scopes are never added or compared silently.
enum class MeterScope { chip, package, memory, platform, board, wall };
std::string_view to_string(MeterScope scope);

/// An amount of energy.
using Joules = Interval;

/// A meter's answer for one window: joules, or one sentence why there are none. Absent is never 0.
struct EnergyReading {
  std::optional<Joules> gross;  ///< idle power included
  std::string reason;           ///< when there is no figure
  bool too_short = false;       ///< the reason is the window: repeat the work for longer
  double window_s = 0;
  std::string meter;
  MeterScope scope = MeterScope::chip;
  EnergySource source = EnergySource::measured;
};

struct MeterResolution {
  double tick_s = 0;  ///< time between two changes of the counter
  double step_j = 0;  ///< smallest difference between two counts; power sensors: step_w over a tick
  double step_w = 0;  ///< smallest difference between two power readings; 0 for counters
};

/// One sensor. A window goes from start() to stop(); windows of one meter do not overlap.
///
/// Contract: a window shorter than least_ticks ticks has no figure; a fault of the counter (missing,
/// unreadable, stuck, jumping back, a wrong unit) has no figure; both say why in one sentence.
class Meter {
 public:
  static constexpr int least_ticks = 10;  // a window's ends are off by up to a tick each: 20 % here

  virtual ~Meter() = default;
  virtual std::string_view name() const = 0;
  virtual MeterScope scope() const = 0;
  virtual EnergySource source() const = 0;
  virtual MeterResolution resolution() const = 0;

  virtual void start() = 0;
  /// In a long window: reads the sensor, so that a counter cannot wrap twice unseen and a power
  /// sensor gets its samples.
  virtual void sample() {}
  virtual EnergyReading stop() = 0;

  /// Power at rest, where a person has read it already; nothing where it is to be measured.
  virtual std::optional<double> known_idle_w() const { return std::nullopt; }
};

/// Monotonic seconds; tests give their own.
using MeterClock = std::function<double()>;
double steady_seconds();

/// Where meters look. The defaults are this machine's; tests point them at trees of their own.
struct MeterOptions {
  std::string powercap_root = "/sys/class/powercap";
  std::string hwmon_root = "/sys/class/hwmon";
  std::string nvml_library = "libnvidia-ml.so.1";
  unsigned gpu_index = 0;
  double manual_baseline_w = 0;  ///< read from a wall meter by hand
  double manual_active_w = 0;    ///< 0: no manual meter
  MeterClock clock = steady_seconds;
};

struct MeterInfo {
  std::string name;  ///< as open_meter takes it
  bool available = false;
  std::string reason;  ///< when not available
  MeterScope scope = MeterScope::chip;
  EnergySource source = EnergySource::measured;
  MeterResolution resolution;
};

/// All meters that this build knows, the absent ones too, each with its reason.
std::vector<MeterInfo> list_meters(const MeterOptions& options = {});

/// One of them. Throws Error{absent} for a name that there is not.
MeterInfo describe_meter(std::string_view name, const MeterOptions& options = {});

/// "rapl-package", "rapl-memory", "rapl-platform", "nvml", "hwmon", "manual".
/// Throws Error{absent} with the reason when the meter can't serve; never opens another one.
std::unique_ptr<Meter> open_meter(std::string_view name, const MeterOptions& options = {});

/// A model as a meter: `joules` answers for the window that ends now, or has no answer.
std::unique_ptr<Meter> make_model_meter(std::string name, MeterScope scope,
                                        std::function<std::optional<Joules>()> joules,
                                        MeterClock clock = steady_seconds);

/// Energy of a repeated piece of work.
struct EnergyMeasurement {
  EnergyReading reading;  ///< over all repeats
  long repeats = 0;
  /// Joules of one repeat; empty when the reading is.
  std::optional<Joules> per_repeat() const;
};

/// Runs `work`, twice as often each time, until the window holds; gives up at `limit_s`.
EnergyMeasurement measure_energy(Meter& meter, const std::function<void()>& work,
                                 double limit_s = 60);

/// The same with several sensors over the same windows, until they hold for all. The first window has
/// `first_repeats`: a guess of what it takes.
std::vector<EnergyMeasurement> measure_energy(std::span<Meter* const> meters,
                                              const std::function<void()>& work, double limit_s,
                                              long first_repeats);

/// Power of the resting machine, in watts, right before and right after the work.
struct IdleBaseline {
  double before_w = 0;
  double after_w = 0;
  double mean_w() const { return (before_w + after_w) / 2; }
  double drift_w() const { return after_w - before_w; }
};

/// Watts over a rest of `seconds`; empty when the meter has no figure.
std::optional<double> measure_idle_w(Meter& meter, double seconds,
                                     const std::function<void(double)>& rest);
/// Of several sensors over the same rest. Whose idle power is known already is not asked.
std::vector<std::optional<double>> measure_idle_w(std::span<Meter* const> meters, double seconds,
                                                  const std::function<void(double)>& rest);

/// Gross less the baseline over the window. The interval grows by half of the baseline's drift.
std::optional<Joules> net_energy(const EnergyReading& reading, const IdleBaseline& baseline);

/// Two sensors over the same window.
struct SensorComparison {
  double ratio = 0;    ///< first over second
  bool agree = false;  ///< same scope and overlapping intervals
  std::string sentence;
};
/// Empty when either has no figure.
std::optional<SensorComparison> compare_sensors(const EnergyReading& first,
                                                const EnergyReading& second);

}  // namespace wattention
