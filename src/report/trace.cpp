#include "report/trace.h"

#include <fmt/format.h>

#include <utility>

#include "report/modelled_tracks.h"
#include "report/trace_events.h"
#include "report/words.h"

namespace wattention::report {
namespace {

void note(Notes& notes, const std::string& name, const std::string& value) {
  if (!value.empty()) notes.emplace_back(name, value);
}

void note(Notes& notes, const std::string& name, const Figure& figure) {
  if (figure.value)
    notes.emplace_back(name, fmt::format("{:.6g} ({})", *figure.value, source_word(figure)));
  else
    notes.emplace_back(name, "none: " + figure.reason);
}

ModelledPart steady_forward(const BenchRecord& record) {
  ModelledPart part{fmt::format("one forward of {}, in the steady state", record.axes.count),
                    record.time_per_forward_ms, record.energy_j, record.steps, record.card_w};
  note(part.notes, "total_ms", record.total_ms);
  note(part.notes, "kernel", record.kernel);
  return part;
}

Notes case_notes(const BenchRecord& record) {
  Notes notes{{"count", fmt::format("{}", record.axes.count)},
              {"placed",
               "one after the other, because records keep how long a repeat took, not when it ran"},
              {"threads", fmt::format("{}", record.threads)}};
  note(notes, "kernel", record.kernel);
  if (!record.steps.empty()) return notes;  // time and energy are modelled, and said there
  note(notes, "time_per_forward_ms", record.time_per_forward_ms);
  note(notes, "energy_j", record.energy_j);
  if (record.extrapolated) note(notes, "extrapolated", "a part of the forwards was timed");
  return notes;
}

/// A repeat and its parts, from `start_ms`; returns its end.
double add_repeat(std::vector<MeasuredSpan>& spans, const BenchRepeat& repeat, std::size_t number,
                  double start_ms) {
  const double end_ms = start_ms + repeat.prepare_ms + repeat.forwards_ms;
  const double first_ms = start_ms + repeat.prepare_ms;
  const double later_ms = first_ms + repeat.first_forward_ms;
  spans.push_back({fmt::format("repeat {}", number), start_ms, end_ms - start_ms});
  spans.push_back({"prepare", start_ms, repeat.prepare_ms});
  spans.push_back({"first forward", first_ms, repeat.first_forward_ms});
  if (repeat.forwards > 1)
    spans.push_back(
        {fmt::format("{} later forwards", repeat.forwards - 1), later_ms, end_ms - later_ms});
  return end_ms;
}

std::vector<MeasuredSpan> measured_spans(const BenchRecord& record) {
  if (record.repeats.empty()) return {};
  std::vector<MeasuredSpan> spans{{"repeats", 0, 0, case_notes(record)}};
  double now_ms = 0;
  for (std::size_t i = 0; i < record.repeats.size(); ++i)
    now_ms = add_repeat(spans, record.repeats[i], i + 1, now_ms);
  spans.front().duration_ms = now_ms;
  return spans;
}

void add_measured(TraceEvents& events, const TraceGroup& group) {
  const int process =
      events.process(fmt::format("{}: {}", group.measured_by, group.name), "measured");
  const Track track = events.thread(process, "wall clock");
  for (const MeasuredSpan& span : group.measured) {
    Json args{{"source", "measured"}};
    for (const auto& [name, value] : span.notes) args[name] = value;
    events.span(track, {span.name, "measured", span.start_ms, span.duration_ms, args});
  }
}

Json context_json(const BenchContext& context) {
  return {{"command", context.command},
          {"version", context.version},
          {"date", context.date},
          {"machine", context.cpu_model},
          {"clocks", "modelled and measured processes each start at 0 on a clock of their own"}};
}

std::string text_of(const Json& other_data, std::span<const TraceGroup> groups) {
  TraceEvents events;
  for (const TraceGroup& group : groups) {
    if (!group.modelled.empty()) add_modelled(events, group.name, group.modelled);
    if (!group.measured.empty()) add_measured(events, group);
  }
  return events.text(other_data);
}

}  // namespace

ModelledPart modelled_part(std::string name, const RunEstimate& estimate, Notes notes) {
  constexpr double ms_per_s = 1e3;
  return {std::move(name),
          Figure::of(estimate.time_s * ms_per_s, Source::modelled),
          Figure::of(estimate.card_j, Source::modelled),
          estimate.steps,
          estimate.card_w,
          std::move(notes)};
}

TraceGroup trace_group(const BenchRecord& record) {
  TraceGroup group;
  group.name = name_of(record.axes);
  if (!record.steps.empty()) group.modelled.push_back(steady_forward(record));
  group.measured_by = record.simulation_time_ms ? simulating_host : "this machine";
  group.measured = measured_spans(record);
  return group;
}

std::string trace_text(const BenchContext& context, std::span<const TraceGroup> groups) {
  return text_of(context_json(context), groups);
}

std::string trace_text(const BenchRun& run) {
  Json other_data = context_json(run.context);
  if (run.interrupted) other_data["interrupted"] = true;
  std::vector<TraceGroup> groups;
  for (const BenchRecord& record : run.records) {
    groups.push_back(trace_group(record));
    if (!record.skipped.empty()) other_data["skipped"][groups.back().name] = record.skipped;
  }
  return text_of(other_data, groups);
}

}  // namespace wattention::report
