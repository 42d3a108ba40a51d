#include "backends/wormhole/timing/timeline.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

namespace wattention::wormhole {
namespace {

Phase phase_of(TransferEvent::Step step) {
  static constexpr std::array phases{Phase::cast, Phase::tilize, Phase::write, Phase::read,
                                     Phase::untilize};
  return phases[static_cast<std::size_t>(step)];
}

std::string name_of(HostEvent::Work work) {
  static constexpr std::array names{"host gemm", "draw weights", "draw inputs", "scale on host",
                                    "transpose on host"};
  return names[static_cast<std::size_t>(work)];
}

using Bytes = std::vector<std::pair<std::string, double>>;

Bytes bytes_of(const TransferEvent& transfer, const DeviceModel& model) {
  using Step = TransferEvent::Step;
  const bool on_bus = transfer.step == Step::write || transfer.step == Step::read;
  return {{on_bus ? "bus" : "host", scaled_bytes(transfer.bytes, model)}};
}

Bytes bytes_of(const OpEvent& op, const DeviceModel& model) {
  const Traffic& traffic = op.traffic;
  return {{"dram read", scaled_bytes(traffic.dram_read_bytes, model)},
          {"dram written", scaled_bytes(traffic.dram_written_bytes, model)},
          {"l1 read", scaled_bytes(traffic.l1_read_bytes, model)},
          {"l1 written", scaled_bytes(traffic.l1_written_bytes, model)},
          {"multicast", scaled_bytes(op.in0.bytes + op.in1.bytes, model)}};
}

// What an op is, beside its time.
void describe(TimedStep& step, const OpEvent& op, const DeviceModel& model) {
  constexpr double flops_per_tile_product = 2.0 * 32 * 32 * 32;
  step.grid = op.grid;
  step.cores = op.cores;
  step.program = op.program;
  step.fidelity = op.fidelity;
  step.flops = flops_per_tile_product * static_cast<double>(op.total.products);
  step.bytes = bytes_of(op, model);
}

class Player {
 public:
  explicit Player(const TimeModel& model) : model_(model) {}

  void play(const Event& event) {
    std::visit(*this, event);
    ++event_;
  }

  void operator()(const TransferEvent& transfer) {
    using Step = TransferEvent::Step;
    if (transfer.step == Step::read) host_s_ = std::max(host_s_, device_s_);
    const Phase phase = phase_of(transfer.step);
    host(std::string(to_string(phase)), phase, TimeBound::host,
         host_time_s(transfer, model_) * model_.host_factor);
    timeline_.steps.back().bytes = bytes_of(transfer, model_.device());
    // The device's queue is in order: ops behind a write wait for its bytes.
    if (transfer.step == Step::write) device_s_ = std::max(device_s_, host_s_);
  }

  void operator()(const HostEvent& work) {
    host(name_of(work.work), Phase::host_compute, TimeBound::host,
         host_time_s(work, model_) * model_.host_factor);
    timeline_.steps.back().flops = work.flops;
  }

  void operator()(const OpEvent& op) {
    const CardRates& card = model_.card;
    if (model_.cold_kernels && op.kernels_compiled > 0)
      host("compile " + op.op, Phase::compile, TimeBound::dispatch,
           op.kernels_compiled * card.compile_s * model_.host_factor);
    if (model_.traced) return device(op, 0);
    const double dispatch_s =
        (op.cache_hit ? card.dispatch_cached_s : card.dispatch_uncached_s) * model_.host_factor;
    host("dispatch " + op.op, Phase::dispatch, TimeBound::dispatch, dispatch_s);
    device(op, dispatch_s);
  }

  Timeline finish() && {
    timeline_.end_s = std::max(host_s_, device_s_);
    return std::move(timeline_);
  }

 private:
  void host(std::string name, Phase phase, TimeBound bound, double seconds) {
    TimedStep step;
    step.name = std::move(name);
    step.phase = phase;
    step.event = event_;
    step.bound = bound;
    step.start_s = host_s_;
    step.duration_s = step.closed_form_s = seconds;
    timeline_.steps.push_back(std::move(step));
    timeline_.host_busy_s += seconds;
    host_s_ += seconds;
  }

  void device(const OpEvent& op, double dispatch_s) {
    const DeviceTime time = device_time(op, model_.device());
    TimedStep step;
    step.name = op.op;
    step.phase = Phase::compute;
    step.event = event_;
    step.on_device = true;
    step.start_s = std::max(device_s_, host_s_);
    const double busy_s = time.seconds(model_.clock_hz) + model_.card.device_gap_s;
    const double floor_s = model_.card.device_dispatch_s;
    const double factor = interval_factor(op, model_.device_end, model_.card);
    step.duration_s = std::max(busy_s, floor_s) * factor;
    step.closed_form_s = time.units.largest_s() * factor;
    // The device's own dispatcher takes its time, too; and one that is done early waits for the host.
    const bool waits = floor_s > busy_s || dispatch_s > step.duration_s;
    step.bound = waits ? TimeBound::dispatch : time.units.bound();
    describe(step, op, model_.device());
    step.units_s = time.units.named();
    device_s_ = step.start_s + step.duration_s;
    timeline_.device_busy_s += step.duration_s;
    timeline_.steps.push_back(std::move(step));
  }

  const TimeModel& model_;
  Timeline timeline_;
  std::size_t event_ = 0;
  double host_s_ = 0;
  double device_s_ = 0;
};

}  // namespace

Timeline play(std::span<const Event> events, const TimeModel& model) {
  Player player(model);
  for (const Event& event : events) player.play(event);
  return std::move(player).finish();
}

}  // namespace wattention::wormhole
