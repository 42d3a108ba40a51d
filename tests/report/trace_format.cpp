#include "report/trace_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

namespace wattention {
namespace {

using Json = nlohmann::json;
using Place = std::pair<int, int>;  // process, thread

struct Stretch {
  std::int64_t start_ns, end_ns;
  std::string name;
};

const std::map<std::string, std::vector<const char*>> required_keys{
    {"M", {"name", "pid", "args"}},
    {"X", {"name", "cat", "pid", "tid", "ts", "dur", "args"}},
    {"s", {"name", "cat", "id", "pid", "tid", "ts"}},
    {"t", {"name", "cat", "id", "pid", "tid", "ts"}},
    {"f", {"name", "cat", "id", "pid", "tid", "ts", "bp"}},
    {"C", {"name", "pid", "ts", "args"}}};

const std::map<std::string, const char*> metadata_keys{{"process_name", "name"},
                                                       {"process_labels", "labels"},
                                                       {"process_sort_index", "sort_index"},
                                                       {"thread_name", "name"},
                                                       {"thread_sort_index", "sort_index"}};

class Checker {
 public:
  std::vector<std::string> check(const Json& file) {
    if (!file.is_object() || !file.contains("traceEvents") || !file["traceEvents"].is_array())
      return {"no list of traceEvents"};
    if (file.value("displayTimeUnit", "ms") != "ms" && file.value("displayTimeUnit", "") != "ns")
      problem("displayTimeUnit is neither ms nor ns");
    for (const Json& event : file["traceEvents"])
      if (has_keys(event)) read(event);
    check_names();
    for (auto& [place, stretches] : spans_) check_nesting(stretches);
    for (const auto& [id, ends] : arrows_) check_arrow(id, ends);
    return std::move(problems_);
  }

 private:
  void problem(std::string sentence) { problems_.push_back(std::move(sentence)); }

  bool has_keys(const Json& event) {
    const std::string phase = event.value("ph", "");
    const auto keys = required_keys.find(phase);
    if (keys == required_keys.end()) {
      problem(fmt::format("unknown kind of event '{}'", phase));
      return false;
    }
    for (const char* key : keys->second)
      if (!event.contains(key)) {
        problem(fmt::format("an event of kind {} has no {}", phase, key));
        return false;
      }
    return true;
  }

  void read(const Json& event) {
    const std::string phase = event["ph"];
    if (phase == "M") return read_metadata(event);
    processes_used_[event["pid"]] = true;
    if (phase != "C") threads_used_[{event["pid"], event["tid"]}] = true;
    if (phase == "X") return read_span(event);
    if (phase == "C") return read_counter(event);
    arrows_[event["id"]].push_back(event);
  }

  void read_metadata(const Json& event) {
    const auto key = metadata_keys.find(event["name"]);
    if (key == metadata_keys.end() || !event["args"].contains(key->second))
      return problem(fmt::format("metadata {} without its value", event["name"].dump()));
    const bool of_thread = event["name"].get<std::string>().starts_with("thread");
    if (of_thread && !event.contains("tid")) return problem("an event of kind M has no tid");
    if (event["name"] == "process_name" && ++process_names_[event["pid"]] > 1)
      problem("a process is named twice");
    if (event["name"] == "thread_name" && ++thread_names_[{event["pid"], event["tid"]}] > 1)
      problem("a thread is named twice");
  }

  // Microseconds as written, in the nanoseconds that viewers count.
  std::int64_t nanoseconds(const Json& event, const char* key) {
    const Json& value = event[key];
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0) {
      problem(fmt::format("{} of '{}' is no time: {}", key, event.value("name", ""), value.dump()));
      return 0;
    }
    const double ns = 1000 * value.get<double>();
    if (std::abs(ns - std::round(ns)) > 1e-3)
      problem(fmt::format("{} of '{}' lies between two nanoseconds", key, event.value("name", "")));
    return std::llround(ns);
  }

  void read_span(const Json& event) {
    const std::int64_t start_ns = nanoseconds(event, "ts");
    spans_[{event["pid"], event["tid"]}].push_back(
        {start_ns, start_ns + nanoseconds(event, "dur"), event["name"]});
    const std::string source = event["args"].value("source", "");
    if (source != "modelled" && source != "measured")
      problem(fmt::format("'{}' does not say whether it is measured or modelled",
                          event["name"].dump()));
  }

  void read_counter(const Json& event) {
    const std::int64_t time_ns = nanoseconds(event, "ts");
    auto& last_ns = counters_[{event["pid"], event["name"]}];
    if (time_ns < last_ns) problem("a counter goes back in time");
    last_ns = time_ns;
    if (event["args"].empty()) problem("a counter without a value");
    for (const auto& [unit, value] : event["args"].items())
      if (!value.is_number()) problem("a counter's value is no number");
  }

  void check_names() {
    for (const auto& [process, used] : processes_used_)
      if (!process_names_.contains(process))
        problem(fmt::format("process {} has no name", process));
    for (const auto& [place, used] : threads_used_)
      if (!thread_names_.contains(place))
        problem(fmt::format("thread {} has no name", place.second));
  }

  void check_nesting(std::vector<Stretch>& stretches) {
    std::ranges::stable_sort(stretches, [](const Stretch& a, const Stretch& b) {
      return std::pair(a.start_ns, -a.end_ns) < std::pair(b.start_ns, -b.end_ns);
    });
    std::vector<Stretch> open;
    for (const Stretch& stretch : stretches) {
      while (!open.empty() && open.back().end_ns <= stretch.start_ns) open.pop_back();
      if (!open.empty() && stretch.end_ns > open.back().end_ns)
        problem(fmt::format("'{}' and '{}' overlap on a track", open.back().name, stretch.name));
      open.push_back(stretch);
    }
  }

  void check_arrow(int id, const std::vector<Json>& ends) {
    const auto count = [&](const char* phase) {
      return std::ranges::count_if(ends, [&](const Json& end) { return end["ph"] == phase; });
    };
    if (count("s") != 1 || count("f") != 1 || ends.front()["ph"] != "s" || ends.back()["ph"] != "f")
      problem(fmt::format("arrow {} does not start once and end once", id));
    std::int64_t last_ns = 0;
    for (const Json& end : ends) {
      const std::int64_t time_ns = nanoseconds(end, "ts");
      if (time_ns < last_ns) problem(fmt::format("arrow {} goes back in time", id));
      last_ns = time_ns;
      const auto& stretches = spans_[{end["pid"], end["tid"]}];
      if (std::ranges::none_of(stretches, [&](const Stretch& stretch) {
            return stretch.start_ns <= time_ns && time_ns < stretch.end_ns;
          }))
        problem(fmt::format("arrow {} touches no span", id));
    }
  }

  std::vector<std::string> problems_;
  std::map<int, bool> processes_used_;
  std::map<Place, bool> threads_used_;
  std::map<int, int> process_names_;
  std::map<Place, int> thread_names_;
  std::map<Place, std::vector<Stretch>> spans_;
  std::map<std::pair<int, std::string>, std::int64_t> counters_;
  std::map<int, std::vector<Json>> arrows_;
};

}  // namespace

std::vector<std::string> trace_problems(const nlohmann::json& file) {
  return Checker().check(file);
}

}  // namespace wattention
