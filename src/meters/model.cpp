// A model of a device's energy behind the same face as the sensors.
#include <utility>

#include "meters/window.h"

namespace wattention {
namespace {

class ModelMeter final : public Meter {
 public:
  ModelMeter(std::string name, MeterScope scope, std::function<std::optional<Joules>()> joules,
             MeterClock clock)
      : name_(std::move(name)),
        scope_(scope),
        joules_(std::move(joules)),
        clock_(std::move(clock)) {}

  std::string_view name() const override { return name_; }
  MeterScope scope() const override { return scope_; }
  EnergySource source() const override { return EnergySource::modelled; }
  MeterResolution resolution() const override { return {}; }  // no tick: any window will do

  void start() override { start_s_ = clock_(); }

  EnergyReading stop() override {
    const double window_s = clock_() - start_s_;
    const std::optional<Joules> joules = joules_();
    if (!joules) return no_reading(*this, window_s, "the model has no answer for this window");
    EnergyReading reading = no_reading(*this, window_s, {});
    reading.reason.clear();
    reading.gross = joules;
    return reading;
  }

 private:
  std::string name_;
  MeterScope scope_;
  std::function<std::optional<Joules>()> joules_;
  MeterClock clock_;
  double start_s_ = 0;
};

}  // namespace

std::unique_ptr<Meter> make_model_meter(std::string name, MeterScope scope,
                                        std::function<std::optional<Joules>()> joules,
                                        MeterClock clock) {
  return std::make_unique<ModelMeter>(std::move(name), scope, std::move(joules), std::move(clock));
}

}  // namespace wattention
