#include "backends/wormhole/timing/what_if.h"

#include <utility>

#include "backends/wormhole/program/move.h"
#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

using Step = TransferEvent::Step;

// A thousand times slower or faster than the host that is known. From a simulator's clock to one that no silicon has.
constexpr double least_speedup = 1e-3, most_speedup = 1e3;
constexpr double least_clock_hz = 1e6, most_clock_hz = 1e10;

// Also false for what is no number.
bool is_within(double value, double low, double high) {
  return value >= low && value <= high;
}

void check(const EstimateOptions& options) {
  expect(is_within(options.host_speedup, least_speedup, most_speedup),
         "[estimate] expected a host speed-up from {} to {}; found {}", least_speedup, most_speedup,
         options.host_speedup);
  expect(options.command_queues == 1 || options.command_queues == 2,
         "[estimate] expected 1 or 2 command queues; found {}", options.command_queues);
  const double clock_hz = options.clock_hz.value_or(least_clock_hz);
  expect(is_within(clock_hz, least_clock_hz, most_clock_hz),
         "[estimate] expected a clock from {:g} to {:g} MHz; found {:g} MHz", 1e-6 * least_clock_hz,
         1e-6 * most_clock_hz, 1e-6 * clock_hz);
}

HostRates faster(HostRates host, double factor) {
  for (double HostRates::*seconds :
       {&HostRates::cast_s, &HostRates::tilize_s, &HostRates::untilize_s, &HostRates::transpose_s,
        &HostRates::scale_s, &HostRates::uniform_s, &HostRates::normal_s})
    host.*seconds /= factor;
  host.copy_bytes_per_s *= factor;
  host.gemm_flops_per_s *= factor;
  return host;
}

OpEvent layout_program(const TransferEvent& transfer) {
  const std::int64_t tiles = (transfer.elements + tile_elements - 1) / tile_elements;
  const bool tilize = transfer.step == Step::tilize;
  const std::string_view name = tilize ? "tilize" : "untilize";
  MoveProblem problem{name,  "tiles on the device", name,           tiles,
                      tiles, transfer.memory,       transfer.memory};
  problem.unit = computed_tile();
  problem.unit.tiles.copies = 1;
  OpEvent op = make_move(problem).work;
  op.cache_hit = true;
  return op;
}

const TransferEvent* transfer_at(std::span<const Event> events, std::size_t at, Step step) {
  if (at >= events.size()) return nullptr;
  const auto* transfer = std::get_if<TransferEvent>(&events[at]);
  return transfer != nullptr && transfer->step == step ? transfer : nullptr;
}

}  // namespace

TimeModel time_model(const EstimateOptions& options) {
  check(options);
  const CardRates& card = card_rates(options.card);
  const HostRates host = options.host.value_or(default_host());
  return {card,
          faster(host, options.host_speedup),
          options.clock_hz.value_or(card.effective_clock_hz),
          options.bfp8 ? card.tile_bytes_bfp8 : static_cast<double>(n150d().tile_bytes_bf16),
          options.pinned_memory,
          options.cold_kernels,
          options.traced};
}

std::vector<Event> tilized_on_device(std::span<const Event> events) {
  std::vector<Event> changed;
  for (std::size_t at = 0; at < events.size(); ++at) {
    const auto* tilize = transfer_at(events, at, Step::tilize);
    const auto* untilize = transfer_at(events, at + 1, Step::untilize);
    if (tilize != nullptr && transfer_at(events, at + 1, Step::write) != nullptr) {
      changed.push_back(events[++at]);
      changed.emplace_back(layout_program(*tilize));
    } else if (untilize != nullptr && transfer_at(events, at, Step::read) != nullptr) {
      changed.emplace_back(layout_program(*untilize));
      changed.push_back(events[at++]);
    } else {
      changed.push_back(events[at]);
    }
  }
  return changed;
}

std::vector<Event> changed_run(std::span<const Event> events, const EstimateOptions& options) {
  if (options.device_tilize) return tilized_on_device(events);
  return {events.begin(), events.end()};
}

}  // namespace wattention::wormhole
