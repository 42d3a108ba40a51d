#pragma once
// A prediction for another processor as words, and what this machine measured where it is one.
#include <wattention/bench.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notebook/processors.h"

namespace wattention::report {

/// "43.9 ms (23.5 to 81.7)": three digits, more would claim too much of a model.
std::string words_of(const Interval& interval, std::string_view unit = "");

/// "-84.8 %, outside": how far the prediction's value is off, and whether its interval holds what is known.
std::string off_by(const Interval& predicted, double known);

/// Both above 0.
Interval ratio(const Interval& a, const Interval& b);

/// This library's forward as the prediction means it, if the run's machine is an i7-13700; null otherwise. With no
/// count the last one, the longest.
const BenchRecord* measured_here(const BenchRun& run, const CpuPrediction& prediction,
                                 std::optional<std::int64_t> count = std::nullopt);

/// Joules of one forward, if a meter of the package answered then.
std::optional<double> package_j_here(const BenchRun& run, const CpuPrediction& prediction);

/// Of one forward: what was measured here, else what is predicted.
Interval known_ms(const BenchRun& run, const CpuPrediction& prediction);
Interval known_j(const BenchRun& run, const CpuPrediction& prediction);

}  // namespace wattention::report
