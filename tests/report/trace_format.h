#pragma once
// Holds a file against the trace-event format by itself: it shares no code with what writes traces.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wattention {

/// What is wrong with the file, a sentence each; nothing when a viewer can show all of it.
///
/// Required keys by kind of event; finite times of whole nanoseconds; a name for every process and thread; spans of
/// a track apart or inside each other; arrows that start once, end once, never go back in time and touch spans;
/// counters in order; a source on every span.
std::vector<std::string> trace_problems(const nlohmann::json& file);

}  // namespace wattention
