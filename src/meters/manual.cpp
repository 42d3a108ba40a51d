#include "meters/manual.h"

#include <fmt/format.h>

#include <utility>

#include "meters/window.h"

namespace wattention {
namespace {

// A plug meter shows whole watts about once a second.
constexpr MeterResolution manual_ticks{1.0, 1.0, 1.0};

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

}  // namespace

MeterResolution manual_resolution() {
  return manual_ticks;
}

ManualChoice open_manual(const MeterOptions& options) {
  if (options.manual_active_w <= 0) return {nullptr, "no watts were given by hand"};
  if (options.manual_baseline_w < 0 || options.manual_baseline_w > options.manual_active_w)
    return {nullptr, fmt::format("expected a baseline of 0 to {:g} W; found {:g} W",
                                 options.manual_active_w, options.manual_baseline_w)};
  return {
      std::make_unique<Manual>(options.manual_baseline_w, options.manual_active_w, options.clock),
      {}};
}

}  // namespace wattention
