#pragma once
// The file behind --trace. An empty path is none.
#include <string>

#include "report/trace.h"

namespace wattention::cli {

/// The group with this machine and this command. Throws Error{io}.
void write_trace(const std::string& path, const report::TraceGroup& group);

}  // namespace wattention::cli
