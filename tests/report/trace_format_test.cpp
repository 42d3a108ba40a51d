// The validator itself: it finds nothing in a good file, and what was broken in a broken one.
#include "report/trace_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "report/trace_events.h"

namespace wattention {
namespace {

using Json = nlohmann::json;

Json good_file() {
  report::TraceEvents events;
  const int process = events.process("a card", "modelled");
  const report::Track track = events.thread(process, "a row"), other = events.thread(process, "b");
  const report::Json modelled{{"source", "modelled"}};
  events.span(track, {"outer", "c", 0, 2, modelled});
  events.span(track, {"inner", "c", 0.5, 1, modelled});
  events.span(other, {"end", "c", 3, 1, modelled});
  events.arrow("arrow", {{track, 0.5}, {other, 3}});
  events.counter(process, "power", 0, "W", 19);
  events.counter(process, "power", 1, "W", 30);
  return Json::parse(events.text({}));
}

Json& event_of(Json& file, const std::string& phase, const std::string& name = "") {
  for (Json& event : file["traceEvents"])
    if (event["ph"] == phase && (name.empty() || event["name"] == name)) return event;
  throw std::out_of_range(phase);
}

TEST(TraceFormat, FindsNothingInAGoodFile) {
  EXPECT_EQ(trace_problems(good_file()), std::vector<std::string>());
}

struct Breakage {
  const char* problem;
  std::function<void(Json&)> apply;
};

TEST(TraceFormat, FindsWhatIsBroken) {
  const std::vector<Breakage> breakages{
      {"traceEvents", [](Json& f) { f.erase("traceEvents"); }},
      {"displayTimeUnit", [](Json& f) { f["displayTimeUnit"] = "s"; }},
      {"unknown kind", [](Json& f) { event_of(f, "X")["ph"] = "Y"; }},
      {"has no dur", [](Json& f) { event_of(f, "X").erase("dur"); }},
      {"has no tid", [](Json& f) { event_of(f, "s").erase("tid"); }},
      {"has no tid", [](Json& f) { event_of(f, "M", "thread_name").erase("tid"); }},
      {"has no bp", [](Json& f) { event_of(f, "f").erase("bp"); }},
      {"is no time", [](Json& f) { event_of(f, "X")["ts"] = -1; }},
      {"is no time", [](Json& f) { event_of(f, "X")["dur"] = nullptr; }},
      {"between two nanoseconds", [](Json& f) { event_of(f, "X")["ts"] = 0.0005; }},
      {"measured or modelled", [](Json& f) { event_of(f, "X")["args"].erase("source"); }},
      {"process 1 has no name", [](Json& f) { event_of(f, "M", "process_name")["pid"] = 7; }},
      {"thread 1000 has no name", [](Json& f) { event_of(f, "M", "thread_name")["tid"] = 7; }},
      {"named twice", [](Json& f) { event_of(f, "M", "thread_name")["tid"] = 1001; }},
      {"without its value", [](Json& f) { event_of(f, "M")["args"] = Json::object(); }},
      {"overlap", [](Json& f) { event_of(f, "X", "inner")["dur"] = 1501; }},
      {"start once and end once", [](Json& f) { event_of(f, "f")["id"] = 2; }},
      {"start once and end once", [](Json& f) { event_of(f, "s")["ph"] = "t"; }},
      {"goes back in time", [](Json& f) { event_of(f, "s")["ts"] = 3500; }},
      {"touches no span", [](Json& f) { event_of(f, "f")["ts"] = 4000; }},
      {"counter goes back", [](Json& f) { event_of(f, "C")["ts"] = 2000; }},
      {"without a value", [](Json& f) { event_of(f, "C")["args"] = Json::object(); }},
      {"is no number", [](Json& f) { event_of(f, "C")["args"]["W"] = "19"; }}};
  for (const Breakage& breakage : breakages) {
    Json file = good_file();
    breakage.apply(file);
    EXPECT_TRUE(std::ranges::any_of(trace_problems(file), [&](const std::string& problem) {
      return problem.find(breakage.problem) != std::string::npos;
    })) << breakage.problem;
  }
}

}  // namespace
}  // namespace wattention
