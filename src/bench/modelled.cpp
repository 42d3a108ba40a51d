#include "bench/modelled.h"

#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "bench/device_traits.h"
#include "bench/record.h"
#include "device/backend.h"
#include "device/value_less.h"

namespace wattention {
namespace {

constexpr double ms_per_s = 1e3;

// What the loop of a case does: a module, its first forward, and all others.
struct RecordedLoop {
  std::vector<Event> module, first, steady;
};

RecordedLoop record_loop(const BenchCase& bench_case, const Device& device, std::uint64_t seed) {
  EventLog* log = device.backend().event_log();
  const Tensor tokens = value_less({bench_case.tokens, bench_case.embed_dim}, DType::f32);
  RecordedLoop loop;
  log->start();
  // Drawing happens before the device is named; the notebook's timer includes it.
  log->add(
      HostEvent{HostEvent::Work::draw_uniform, 3 * bench_case.embed_dim * bench_case.head_dim, 0});
  const SelfAttention attention = make_module(bench_case, device, seed);
  loop.module = log->take();
  attention(tokens);
  loop.first = log->take();
  attention(tokens);
  loop.steady = log->take();
  log->stop();
  return loop;
}

Device open_without_values(const BenchCase& bench_case) {
  const bool cache = bench_case.variant == Variant::resident;  // the naive module never enables it
  return open_device(bench_case.device, {.threads = bench_case.threads,
                                         .kernel = bench_case.kernel,
                                         .mode = Mode::shape,
                                         .program_cache = cache});
}

Figure figure_of(const Interval& interval, double factor) {
  Figure figure = Figure::of(interval.value * factor, Source::modelled);
  figure.range = Range{interval.low * factor, interval.high * factor};
  return figure;
}

Interval times(const Interval& interval, double factor) {
  return {interval.value * factor, interval.low * factor, interval.high * factor};
}

// Read and written there.
double bytes_of(const TimedStep& timed, std::string_view memory) {
  double sum = 0;
  for (const auto& [where, bytes] : timed.bytes)
    if (where.starts_with(memory)) sum += bytes;
  return sum;
}

BenchStep step_of(const TimedStep& timed) {
  BenchStep step;
  step.name = timed.name;
  step.phase = timed.phase;
  step.on_device = timed.on_device;
  step.bound = to_string(timed.bound);
  step.start_ms = timed.start_s * ms_per_s;
  step.duration_ms = timed.duration_s * ms_per_s;
  step.closed_form_ms = timed.closed_form_s * ms_per_s;
  step.flops = timed.flops;
  step.dram_bytes = bytes_of(timed, "dram");
  step.l1_bytes = bytes_of(timed, "l1");
  step.grid = timed.grid;
  step.cores = timed.cores;
  step.program = timed.program;
  if (timed.fidelity) step.fidelity = to_string(*timed.fidelity);
  for (const auto& [unit, seconds] : timed.bounds_s)
    step.units_ms.emplace_back(unit, seconds * ms_per_s);
  step.bytes = timed.bytes;
  step.card_j = timed.card_j;
  return step;
}

BenchPower power_of(const PowerSpan& span) {
  return {span.start_s * ms_per_s,
          span.duration_s * ms_per_s,
          span.watts.value,
          {span.watts.low, span.watts.high}};
}

EstimateOptions options_of(const BenchCase& bench_case, const HostProfiles& hosts) {
  if (bench_case.host.empty()) return {};
  const auto host = hosts.find(bench_case.host);
  expect(host != hosts.end(), "[bench] expected a host with a profile; found '{}'",
         bench_case.host);
  EstimateOptions options;
  if (host->second.rates) options.host = *host->second.rates;
  options.host_speedup = host->second.speedup;
  return options;
}

SensorRecord sensor_of(const RunEstimate& steady) {
  return {.meter = "model",
          .scope = MeterScope::board,
          .gross_j = figure_of(steady.card_j, 1),
          .net_j = figure_of(steady.card_net_j, 1),
          .window_s = steady.time_s.value,
          .forwards = 1};
}

void fill(BenchRecord& record, const CostModel& model, const RecordedLoop& loop,
          const EstimateOptions& options) {
  const RunEstimate module = model.estimate(loop.module, options);
  const RunEstimate first = model.estimate(loop.first, options);
  const RunEstimate steady = model.estimate(loop.steady, options);
  const auto others = static_cast<double>(record.axes.count - 1);
  ModelledRun forward = modelled_run(steady);
  record.time_per_forward_ms = forward.time_ms;
  record.total_ms =
      figure_of(module.time_s + first.time_s + times(steady.time_s, others), ms_per_s);
  record.sensors.insert(record.sensors.begin(), sensor_of(steady));
  choose_energy(record);
  record.extrapolated = false;
  record.phases_ms = {{"prepare", module.time_s.value * ms_per_s}};
  record.phases_j.clear();
  for (const PhaseEstimate& phase : steady.phases) {
    record.phases_ms[phase.phase] = phase.time_s * ms_per_s;
    record.phases_j[phase.phase] = phase.card_j.value;
  }
  record.steps = std::move(forward.steps);
  record.card_w = std::move(forward.card_w);
}

}  // namespace

ModelledRun modelled_run(const RunEstimate& estimate) {
  ModelledRun run{figure_of(estimate.time_s, ms_per_s), figure_of(estimate.card_j, 1), {}, {}};
  for (const TimedStep& step : estimate.steps) run.steps.push_back(step_of(step));
  for (const PowerSpan& span : estimate.card_w) run.card_w.push_back(power_of(span));
  return run;
}

bool has_model(const BenchCase& bench_case) {
  return open_for(bench_case).backend().cost_model() != nullptr;
}

void apply_model(BenchRecord& record, std::uint64_t seed, const HostProfiles& hosts) {
  if (!record.skipped.empty() || !has_model(record.axes)) return;
  const Device device = open_without_values(record.axes);
  std::erase_if(record.sensors, [](const SensorRecord& sensor) { return sensor.meter == "model"; });
  fill(record, *device.backend().cost_model(), record_loop(record.axes, device, seed),
       options_of(record.axes, hosts));
}

BenchRecord modelled_record(const BenchCase& bench_case, std::uint64_t seed,
                            const HostProfiles& hosts) {
  const std::string refusal = refusal_of(bench_case);
  if (!refusal.empty()) fail(ErrorKind::unsupported, "{}", refusal);
  BenchRecord record;
  record.axes = bench_case;
  apply_model(record, seed, hosts);
  return record;
}

}  // namespace wattention
