#pragma once
// The arithmetic of energy counters: differences that survive a wrap and notice a fault.
#include <cstdint>
#include <optional>
#include <string>

namespace wattention {

/// Watts that one sensor's domain can draw at all. A figure outside is a fault of the unit or of
/// the counter, not a measurement: a 1000-fold unit error moves any real figure across a bound.
struct PlausiblePower {
  double least_w;
  double most_w;
};

/// What one counter says of a time span.
struct CounterStep {
  std::optional<double> joules;
  std::string reason;
};

struct CounterSpan {
  std::uint64_t first;
  std::uint64_t last;
  std::uint64_t range;  ///< the counter restarts at 0 after this count; 0: it never wraps
  double joules_per_count;
  double seconds;
};

/// Joules between two counts. `last < first` is a wrap when the power then implied is plausible,
/// else a jump back.
CounterStep counter_step(const CounterSpan& span, const PlausiblePower& plausible);

}  // namespace wattention
