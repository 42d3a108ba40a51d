#pragma once
// Records and estimates as a trace for Perfetto (ui.perfetto.dev) or chrome://tracing; docs/timing.md says what each
// track means. Measures nothing.
#include <wattention/bench.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wattention::report {

using Notes = std::vector<std::pair<std::string, std::string>>;

/// A stretch on the modelled clock: a module's setup, a forward.
struct ModelledPart {
  std::string name;
  Figure time_ms, card_j;
  std::vector<TimedStep> steps{};
  std::vector<PowerSpan> card_w{};
  Notes notes{};
};
ModelledPart modelled_part(std::string name, const RunEstimate& estimate, Notes notes = {});

/// What the wall clock said. Spans lie one after the other or inside each other.
struct MeasuredSpan {
  std::string name;
  double start_ms = 0;
  double duration_ms = 0;
  Notes notes{};
};

/// Who measured, where a software model computes.
inline constexpr const char* simulating_host =
    "this machine, running the software model (not the card's time)";

/// A case: processes of its own, on two clocks that are never mixed. Both start at 0.
struct TraceGroup {
  std::string name;
  std::vector<ModelledPart> modelled{};  ///< one after the other
  std::string measured_by{};             ///< "this machine"
  std::vector<MeasuredSpan> measured{};
};

/// One forward in the steady state as the record models it, and its repeats as they were measured.
TraceGroup trace_group(const BenchRecord& record);

/// The file: spans of the host, the command queue, the bus and each row of cores; the card's power as counters.
std::string trace_text(const BenchContext& context, std::span<const TraceGroup> groups);
/// All cases that ran; those that did not are named with their reason.
std::string trace_text(const BenchRun& run);

}  // namespace wattention::report
