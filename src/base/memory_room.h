#pragma once
// Large allocations are refused before the system kills the process for them: Linux hands out more than it has.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wattention {

/// Bytes that this process can still fill: what the machine has or can free, swap included, and what the limits of its
/// control groups leave. None where nobody says. `root` stands before every path: tests play /proc and /sys there.
std::optional<double> memory_room(const std::string& root = "");

/// Throws Error{out_of_memory} when `bytes` are more than memory_room(); less than 256 MiB always pass.
/// The sentence: "[op] expected room for WHAT, N GB; found M GB".
void expect_room(std::string_view op, double bytes, std::string_view what);

}  // namespace wattention
