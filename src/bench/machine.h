#pragma once
// Where, with what and when: the records' context.
#include <wattention/bench.h>

#include <string>

namespace wattention {

/// This machine, build and moment. What the system does not tell stays empty or 0.
BenchContext context_of(const std::string& command);

}  // namespace wattention
