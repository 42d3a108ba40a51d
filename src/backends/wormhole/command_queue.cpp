// From a program to the log: cache, kernels, circular buffers against L1, event, report.
#include <fmt/format.h>

#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/timing/what_if.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {
namespace {

// What the program would take on the card by itself, what a device profiler would say of it at the clock that profilers
// assume (whole, and its math thread alone), and what it waits for most of that time.
void add_time(OpReport& report, const OpEvent& op) {
  const TimeModel model = time_model({});
  const DeviceTime time = device_time(op, model.device());
  const double value_us = 1e6 * time.seconds(model.clock_hz);
  const auto at = [&](IntervalEnd end) { return value_us * interval_factor(op, end, model.card); };
  report.attributes.emplace_back(
      "modelled_us", fmt::format("{:.2f} ({:.2f} to {:.2f})", value_us, at(IntervalEnd::low),
                                 at(IntervalEnd::high)));
  const double nominal_hz = model.card.nominal_clock_hz;
  const DeviceTime profiled = device_time(op, {model.card, nominal_hz, model.tile_bytes});
  report.attributes.emplace_back("profiled_us",
                                 fmt::format("{:.2f}", 1e6 * profiled.seconds(nominal_hz)));
  report.attributes.emplace_back("math_thread_us",
                                 fmt::format("{:.2f}", 1e6 * profiled.kernel_cycles / nominal_hz));
  report.attributes.emplace_back("bound_by", to_string(time.units.bound()));
  report.attributes.emplace_back("time_evidence", to_string(time_evidence(op)));
}

std::string each_buffer(const std::vector<CircularBuffer>& buffers) {
  std::string text;
  for (const CircularBuffer& buffer : buffers)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", buffer.name, buffer.bytes);
  return text;
}

// Where each lies in a core's L1, and on which cores.
std::string placed_buffers(const Program& program, const Release& release) {
  if (program.buffers.empty()) return {};
  std::string text;
  for (const std::int64_t address : buffer_addresses(program.buffers, release))
    text += fmt::format("{}{}", text.empty() ? "" : ", ", address);
  return fmt::format("{} on {}", text, core_range_text(program.buffer_grid));
}

OpReport report_of(const Program& program, const Release& release) {
  OpReport report{program.work.op, program.work.program, program.attributes, program.refused};
  report.attributes.emplace_back("circular_buffers", std::to_string(program.work.buffer_bytes));
  report.attributes.emplace_back("circular_buffers_each", each_buffer(program.buffers));
  report.attributes.emplace_back("circular_buffers_at", placed_buffers(program, release));
  report.attributes.emplace_back("program_cache", program.work.cache_hit ? "hit" : "miss");
  report.attributes.emplace_back("kernels_compiled", std::to_string(program.work.kernels_compiled));
  add_time(report, program.work);
  return report;
}

}  // namespace

std::int64_t WormholeBackend::lowest_l1_address() const {
  return l1_->use().lowest_address.value_or(n150d().l1.bank_bytes);
}

// Compilation comes before the check, as on the card: a program that does not fit is compiled, and
// cached, all the same.
Program WormholeBackend::enqueue(const std::string& key, Program fresh, Reuse reuse) {
  Program program = cache_.resolve(key, std::move(fresh), reuse);
  program.work.kernels = static_cast<int>(program.kernels.size());
  program.work.kernels_compiled = compile_new_kernels(program.kernels);
  kernels_compiled_ += program.work.kernels_compiled;
  check_buffers(program.work.op, program, lowest_l1_address(), release_);
  program.work.buffer_bytes = buffer_region_end(program.buffers, release_) - release_.l1.first_free;
  ++programs_;
  add_event(program.work);
  CallObserver* const looking = observer();
  if (looking != nullptr || explain_) {
    OpReport report = report_of(program, release_);
    if (looking != nullptr) looking->reported(report);
    if (explain_) reports_.push_back(std::move(report));
  }
  return program;
}

void WormholeBackend::transferred(TransferEvent::Step step, std::int64_t elements,
                                  std::int64_t bytes, Memory memory) {
  add_event(TransferEvent{step, elements, bytes, memory});
}

void WormholeBackend::add_event(Event event) {
  if (CallObserver* looking = observer()) looking->happened(event);
  events_.add(std::move(event));
}

}  // namespace wattention::wormhole
