#include "meters/nvml.h"

#include <utility>

#include "meters/counter.h"
#include "meters/window.h"

namespace wattention {
namespace {

// The counter has millijoules and moves every 20 to 100 ms; the slow end keeps the window rule safe.
constexpr MeterResolution nvml_ticks{0.1, 1e-3, 0};
constexpr double joules_per_count = 1e-3;
constexpr PlausiblePower plausible{3, 3000};  // idle small board to a multi-die module

class Nvml final : public Meter {
 public:
  Nvml(std::unique_ptr<NvmlGpu> gpu, MeterClock clock)
      : gpu_(std::move(gpu)), clock_(std::move(clock)) {}

  std::string_view name() const override { return "nvml"; }
  MeterScope scope() const override { return MeterScope::board; }
  EnergySource source() const override { return EnergySource::measured; }
  MeterResolution resolution() const override { return nvml_ticks; }

  void start() override {
    first_ = gpu_->energy();
    start_s_ = clock_();
  }

  EnergyReading stop() override {
    const double window_s = clock_() - start_s_;
    const NvmlGpu::Count last = gpu_->energy();
    if (!first_.reason.empty()) return no_reading(*this, window_s, first_.reason);
    if (!last.reason.empty()) return no_reading(*this, window_s, last.reason);
    if (const auto refusal = refuse_short(*this, window_s)) return *refusal;
    // 64 bits of millijoules do not wrap in a lifetime: range 0.
    const CounterStep step = counter_step(
        {first_.millijoules, last.millijoules, 0, joules_per_count, window_s}, plausible);
    if (!step.joules) return no_reading(*this, window_s, step.reason);
    return reading_of(*this, window_s, *step.joules, end_error_j(*step.joules / window_s));
  }

 private:
  static double end_error_j(double mean_w) {
    return 2 * (mean_w * nvml_ticks.tick_s + nvml_ticks.step_j);
  }

  std::unique_ptr<NvmlGpu> gpu_;
  MeterClock clock_;
  NvmlGpu::Count first_;
  double start_s_ = 0;
};

}  // namespace

MeterResolution nvml_resolution() {
  return nvml_ticks;
}

NvmlMeterChoice make_nvml_meter(std::unique_ptr<NvmlGpu> gpu, MeterClock clock) {
  // Boards without the counter answer "not supported" at the first question.
  if (const auto count = gpu->energy(); !count.reason.empty()) return {nullptr, count.reason};
  return {std::make_unique<Nvml>(std::move(gpu), std::move(clock)), {}};
}

NvmlMeterChoice open_nvml(const MeterOptions& options) {
  NvmlChoice choice = load_nvml(options.nvml_library, options.gpu_index);
  if (!choice.gpu) return {nullptr, std::move(choice.reason)};
  return make_nvml_meter(std::move(choice.gpu), options.clock);
}

}  // namespace wattention
