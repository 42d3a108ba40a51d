#pragma once
// A record's fields as words; empty where there is nothing to say.
#include <wattention/bench.h>

#include <string>

#include "device/fidelity_word.h"

namespace wattention::report {

/// "8x8".
std::string grid_word(const BenchCase& axes);
/// "1024x768x64"; "4x1024x768x64" with a batch.
std::string shape_word(const BenchCase& axes);
/// "32/8 causal, past 8192"; empty for the one-headed module.
std::string heads_word(const HeadsCase& heads);
/// What ran; of a case that did not run, what was asked for.
std::string kernel_word(const BenchRecord& record);
/// "measured".
std::string source_word(const Figure& figure);
/// "package": what the joules include.
std::string scope_word(const BenchRecord& record);
/// One heading for all that a case says besides its shape and count: "cpu fused bf16".
std::string series_word(const BenchCase& axes);

}  // namespace wattention::report
