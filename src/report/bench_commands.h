#pragma once
// From records back to the commands that make them.
#include <wattention/bench.h>

#include <string>
#include <vector>

namespace wattention::report {

/// "wattention bench --device cpu ..." for all of `records`, in as few lines as lists of options allow.
std::vector<std::string> bench_commands(const std::vector<const BenchRecord*>& records);

}  // namespace wattention::report
