#include "bench/modelled.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "bench/device_traits.h"
#include "bench/record.h"
#include "cost/forward.h"
#include "device/backend.h"

namespace wattention {
namespace {

constexpr double ms_per_s = 1e3;

ForwardCase forward_of(const BenchCase& bench_case) {
  return {.device = bench_case.device,
          .variant = bench_case.variant,
          .tokens = bench_case.tokens,
          .embed_dim = bench_case.embed_dim,
          .head_dim = bench_case.head_dim,
          .core_grid = bench_case.core_grid,
          .fidelity = bench_case.fidelity,
          .heads = bench_case.heads};
}

EstimateOptions options_of(const BenchCase& bench_case, const HostProfiles& hosts) {
  if (bench_case.host.empty()) return {};
  const auto host = hosts.find(bench_case.host);
  expect(host != hosts.end(), "[bench] expected a host with a profile; found '{}'",
         bench_case.host);
  EstimateOptions options;
  options.host = host->second.rates;
  options.host_speedup = host->second.speedup;
  return options;
}

SensorRecord sensor_of(const RunEstimate& steady) {
  return {.meter = "model",
          .scope = MeterScope::board,
          .gross_j = Figure::of(steady.card_j, Source::modelled),
          .net_j = Figure::of(steady.card_net_j, Source::modelled),
          .window_s = steady.time_s.value,
          .forwards = 1};
}

// The card's, in the fidelity of its largest product.
std::optional<BenchCeiling> ceiling_of(const CostModel& model,
                                       const std::vector<TimedStep>& steps) {
  const auto largest = std::ranges::max_element(steps, {}, &TimedStep::flops);
  if (largest == steps.end() || !largest->fidelity) return std::nullopt;
  const Ceilings ceilings = model.ceilings();
  const auto found = std::ranges::find(ceilings.flops_per_s, *largest->fidelity,
                                       &std::pair<Fidelity, double>::first);
  if (found == ceilings.flops_per_s.end()) return std::nullopt;
  return BenchCeiling{fmt::format("{} in {}", ceilings.card, to_string(found->first)),
                      found->second, ceilings.dram_bytes_per_s};
}

void fill(BenchRecord& record, ForwardEstimate forward) {
  RunEstimate& steady = forward.steady;
  record.time_per_forward_ms = Figure::of(steady.time_s * ms_per_s, Source::modelled);
  record.total_ms = Figure::of(forward.time_s(record.axes.count) * ms_per_s, Source::modelled);
  record.sensors.insert(record.sensors.begin(), sensor_of(steady));
  choose_energy(record);
  record.extrapolated = false;
  record.phases_ms = {{Phase::prepare, forward.module.time_s.value * ms_per_s}};
  record.phases_j.clear();
  for (const PhaseEstimate& phase : steady.phases) {
    record.phases_ms[phase.phase] = phase.time_s * ms_per_s;
    record.phases_j[phase.phase] = phase.card_j.value;
  }
  record.steps = std::move(steady.steps);
  record.card_w = std::move(steady.card_w);
}

}  // namespace

bool has_model(const BenchCase& bench_case) {
  return open_for(bench_case).backend().cost_model() != nullptr;
}

void apply_model(BenchRecord& record, const HostProfiles& hosts) {
  const BenchCase& axes = record.axes;
  if (!record.skipped.empty() || !has_model(axes)) return;
  const ForwardCase forward = forward_of(axes);
  const Device device =
      open_without_values(forward, {.threads = axes.threads, .kernel = axes.kernel});
  std::erase_if(record.sensors, [](const SensorRecord& sensor) { return sensor.meter == "model"; });
  fill(record, estimate_forward(forward, device, options_of(axes, hosts)));
  if (axes.heads.heads > 0)
    record.ceiling = ceiling_of(*device.backend().cost_model(), record.steps);
}

BenchRecord modelled_record(const BenchCase& bench_case, const HostProfiles& hosts) {
  const std::string refusal = refusal_of(bench_case);
  if (!refusal.empty()) fail(ErrorKind::unsupported, "{}", refusal);
  BenchRecord record;
  record.axes = bench_case;
  apply_model(record, hosts);
  return record;
}

}  // namespace wattention
