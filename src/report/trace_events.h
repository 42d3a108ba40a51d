#pragma once
// Chrome's trace-event format ("Trace Event Format", the JSON object form), which Perfetto and chrome://tracing open.
// Knows nothing of attention: processes, threads, spans, arrows and counters.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wattention::report {

using Json = nlohmann::ordered_json;

/// A thread of a process: a row of the viewer.
struct Track {
  int process = 0;
  int thread = 0;
};

/// A stretch of time on one track. Spans of a track lie one after the other or inside each other.
struct TraceSpan {
  std::string name;
  std::string category;
  double start_ms = 0;
  double duration_ms = 0;
  Json args = Json::object();
};

/// A place on a track that an arrow leaves from or points to.
struct ArrowEnd {
  Track track;
  double time_ms = 0;  ///< inside a span of the track
};

/// Collects events and writes them. Times are rounded to whole nanoseconds, ends as well as starts, so that what
/// touches still touches.
class TraceEvents {
 public:
  /// `labels` stands beside the name in the viewer. Processes and threads are shown in the order of these calls.
  int process(const std::string& name, const std::string& labels);
  Track thread(int process, const std::string& name);

  void span(Track track, const TraceSpan& span);
  /// Through all ends in order; times do not fall.
  void arrow(const std::string& name, const std::vector<ArrowEnd>& ends);
  /// From `time_ms` until the counter's next value.
  void counter(int process, const std::string& name, double time_ms, const std::string& unit,
               double value);

  /// The whole file; `other_data` says where it comes from.
  std::string text(const Json& other_data) const;

 private:
  void metadata(const char* name, Track track, const char* key, const Json& value);

  Json events_ = Json::array();
  int processes_ = 0;
  int threads_ = 0;
  int arrows_ = 0;
};

}  // namespace wattention::report
