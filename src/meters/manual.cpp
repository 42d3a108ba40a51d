#include "meters/manual.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "meters/window.h"

namespace wattention {
namespace {

// A plug meter shows whole watts about once a second.
constexpr MeterResolution manual_ticks{1.0, 1.0, 1.0};
constexpr double most_w = 1e6;  // no plug gives a megawatt: a larger number is a typing error

class Manual final : public Meter {
 public:
  Manual(double baseline_w, double active_w, MeterClock clock)
      : baseline_w_(baseline_w), active_w_(active_w), clock_(std::move(clock)) {}

  std::string_view name() const override { return "manual"; }
  MeterScope scope() const override { return MeterScope::wall; }
  EnergySource source() const override { return EnergySource::manual; }
  MeterResolution resolution() const override { return manual_ticks; }

  void start() override { start_s_ = clock_(); }

  EnergyReading stop() override {
    const double window_s = clock_() - start_s_;
    if (const auto refusal = refuse_short(*this, window_s)) return *refusal;
    return reading_of(*this, window_s, active_w_ * window_s, manual_ticks.step_w * window_s);
  }

  // No machine that computes draws 0 W at the wall: then nobody has read it.
  std::optional<double> known_idle_w() const override {
    return baseline_w_ > 0 ? std::optional(baseline_w_) : std::nullopt;
  }

 private:
  double baseline_w_;
  double active_w_;
  MeterClock clock_;
  double start_s_ = 0;
};

bool is_power(double watts) {
  return std::isfinite(watts) && watts >= 0 && watts <= most_w;
}

// Why the watts of the options are none that a person can have read; empty when they are good.
std::string refusal_of(double baseline_w, double active_w) {
  if (active_w == 0 && baseline_w == 0) return "no watts were given by hand";
  if (active_w == 0)
    return fmt::format("a baseline of {:g} W was given by hand, but no active watts", baseline_w);
  if (!is_power(active_w))
    return fmt::format(
        "the active watts given by hand are {:g}, not a number above 0 and up to {:.0f}", active_w,
        most_w);
  if (!is_power(baseline_w) || baseline_w > active_w)
    return fmt::format("the baseline given by hand is {:g} W, not from 0 to the active {:g} W",
                       baseline_w, active_w);
  return {};
}

}  // namespace

MeterResolution manual_resolution() {
  return manual_ticks;
}

ManualChoice open_manual(const MeterOptions& options) {
  if (std::string refusal = refusal_of(options.manual_baseline_w, options.manual_active_w);
      !refusal.empty())
    return {nullptr, std::move(refusal)};
  return {
      std::make_unique<Manual>(options.manual_baseline_w, options.manual_active_w, options.clock),
      {}};
}

}  // namespace wattention
