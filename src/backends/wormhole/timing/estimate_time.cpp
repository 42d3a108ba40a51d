#include "backends/wormhole/timing/estimate_time.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "backends/wormhole/timing/what_if.h"

namespace wattention::wormhole {
namespace {

void add_phase(std::vector<PhaseEstimate>& phases, const TimedStep& step) {
  auto phase = std::find_if(phases.begin(), phases.end(),
                            [&](const PhaseEstimate& p) { return p.phase == step.phase; });
  if (phase == phases.end()) phase = phases.insert(phases.end(), PhaseEstimate{step.phase, 0, {}});
  phase->time_s += step.duration_s;
}

/// As device profilers give it: at the clock that they assume.
void add_profiled(RunEstimate& estimate, std::span<const Event> run, const TimeModel& model) {
  const double clock_hz = model.card.nominal_clock_hz;
  for (const Event& event : run) {
    const auto* op = std::get_if<OpEvent>(&event);
    if (op == nullptr) continue;
    const DeviceTime time = device_time(*op, {model.card, clock_hz, model.tile_bytes});
    estimate.profiled_s += time.seconds(clock_hz);
    estimate.math_s += time.kernel_cycles / clock_hz;
  }
}

/// With two queues, transfers of the next forward go on during this one's work: the busier side sets the pace.
double elapsed_s(const Timeline& timeline, int command_queues) {
  return command_queues == 1 ? timeline.end_s
                             : std::max(timeline.host_busy_s, timeline.device_busy_s);
}

/// An end of the interval: all host and device times at theirs.
double elapsed_at(std::span<const Event> events, TimeModel model, double host, IntervalEnd device,
                  int command_queues) {
  model.host_factor = host;
  model.device_end = device;
  return elapsed_s(play(events, model), command_queues);
}

}  // namespace

std::string_view time_calibration() {
  return "published GEMM, exp, single-op, network and transfer measurements of Wormhole cards, and "
         "one run of attention (resident, 8x8, 1000 tensors)";
}

RunEstimate estimate_time(std::span<const Event> run, const EstimateOptions& options) {
  const TimeModel model = time_model(options);
  Timeline timeline = play(run, model);
  const int queues = options.command_queues;
  RunEstimate estimate;
  for (const TimedStep& step : timeline.steps) add_phase(estimate.phases, step);
  estimate.time_s = {elapsed_s(timeline, queues),
                     elapsed_at(run, model, model.host.low_factor, IntervalEnd::low, queues),
                     elapsed_at(run, model, model.host.high_factor, IntervalEnd::high, queues)};
  estimate.host_busy_s = timeline.host_busy_s;
  estimate.device_busy_s = timeline.device_busy_s;
  add_profiled(estimate, run, model);
  estimate.steps = std::move(timeline.steps);
  estimate.calibration = time_calibration();
  return estimate;
}

}  // namespace wattention::wormhole
