#pragma once
// Where, with what and when: the records' context.
#include <wattention/bench.h>

#include <string>

namespace wattention {

/// This machine, build and moment. What the system does not tell stays empty or 0.
BenchContext context_of(const std::string& command);

/// The "model name" of a file like /proc/cpuinfo; empty where it has none.
std::string cpu_model_of(const char* cpuinfo);

}  // namespace wattention
