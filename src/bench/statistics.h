#pragma once
// Statistics of a handful of times: pure functions.
#include <wattention/bench.h>

#include <span>
#include <vector>

namespace wattention {

/// The middle value, or the mean of the two middle ones. Throws Error{bad_input} for no values.
double median_of(std::vector<double> values);

/// Throws Error{bad_input} for no samples. The spread is made of quartiles: a median absolute deviation is
/// 0 already when two of three samples agree.
Statistics statistics_of(std::span<const double> samples);

}  // namespace wattention
