#pragma once
// The file behind --trace. An empty path is none.
#include <string>

#include "report/trace.h"

namespace wattention::cli {

/// Refuses before the work what writing would refuse after it. Throws Error{io}.
void expect_trace_file(const std::string& path);
/// The group with this machine and this command. Throws Error{io}.
void write_trace(const std::string& path, const report::TraceGroup& group);

}  // namespace wattention::cli
