#pragma once
// The notebook's question: which is faster, which uses less energy, by how much, how sure.
#include <wattention/bench.h>

#include <string>
#include <vector>

#include "notebook/power.h"

namespace wattention::report {

/// One sentence each: time, energy, what the model says of the reason, this machine, how sure, a GPU, an i7-13700.
/// `power` may be null. Empty when the records hold no modelled resident forward.
std::vector<std::string> answer(const BenchRun& run, const NotebookPower* power);

}  // namespace wattention::report
