#include "cli/trace_file.h"

#include "base/atomic_file.h"
#include "bench/machine.h"

namespace wattention::cli {

void write_trace(const std::string& path, const report::TraceGroup& group) {
  write_file_atomically(path, report::trace_text(context_of(""), {&group, 1}));
}

}  // namespace wattention::cli
