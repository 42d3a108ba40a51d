#include "report/trace_events.h"

#include <cmath>
#include <cstdint>

namespace wattention::report {
namespace {

/// A thread whose number is its process's is shown as a main thread; this keeps the two apart.
constexpr int first_thread = 1000;

std::int64_t whole_ns(double time_ms) {
  return std::llround(1e6 * time_ms);
}

// The format's unit.
double microseconds(std::int64_t time_ns) {
  return static_cast<double>(time_ns) / 1000;
}

const char* arrow_phase(std::size_t end, std::size_t ends) {
  return end == 0 ? "s" : end + 1 == ends ? "f" : "t";
}

}  // namespace

int TraceEvents::process(const std::string& name, const std::string& labels) {
  const Track track{++processes_, 0};
  metadata("process_name", track, "name", name);
  metadata("process_labels", track, "labels", labels);
  metadata("process_sort_index", track, "sort_index", processes_);
  return processes_;
}

Track TraceEvents::thread(int process, const std::string& name) {
  const Track track{process, first_thread + threads_++};
  metadata("thread_name", track, "name", name);
  metadata("thread_sort_index", track, "sort_index", track.thread);
  return track;
}

void TraceEvents::metadata(const char* name, Track track, const char* key, const Json& value) {
  Json event{{"ph", "M"}, {"name", name}, {"pid", track.process}};
  if (track.thread > 0) event["tid"] = track.thread;
  event["args"] = {{key, value}};
  events_.push_back(std::move(event));
}

void TraceEvents::span(Track track, const TraceSpan& span) {
  const std::int64_t start_ns = whole_ns(span.start_ms);
  const std::int64_t end_ns = whole_ns(span.start_ms + span.duration_ms);
  events_.push_back({{"ph", "X"},
                     {"name", span.name},
                     {"cat", span.category},
                     {"pid", track.process},
                     {"tid", track.thread},
                     {"ts", microseconds(start_ns)},
                     {"dur", microseconds(end_ns - start_ns)},
                     {"args", span.args}});
}

void TraceEvents::arrow(const std::string& name, const std::vector<ArrowEnd>& ends) {
  ++arrows_;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const char* phase = arrow_phase(i, ends.size());
    Json event{{"ph", phase},
               {"name", name},
               {"cat", "queue"},
               {"id", arrows_},
               {"pid", ends[i].track.process},
               {"tid", ends[i].track.thread},
               {"ts", microseconds(whole_ns(ends[i].time_ms))}};
    if (*phase == 'f') event["bp"] = "e";  // binds to the span around it, not to the next one
    events_.push_back(std::move(event));
  }
}

void TraceEvents::counter(int process, const std::string& name, double time_ms,
                          const std::string& unit, double value) {
  events_.push_back({{"ph", "C"},
                     {"name", name},
                     {"pid", process},
                     {"ts", microseconds(whole_ns(time_ms))},
                     {"args", {{unit, value}}}});
}

// An event a line: the files stay small, and two of them can be compared.
std::string TraceEvents::text(const Json& other_data) const {
  const auto dump = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string text =
      "{\"displayTimeUnit\": \"ns\",\n\"otherData\": " + dump(other_data) + ",\n\"traceEvents\": [";
  for (std::size_t i = 0; i < events_.size(); ++i)
    text += (i == 0 ? "\n" : ",\n") + dump(events_[i]);
  return text + "\n]}\n";
}

}  // namespace wattention::report
