#include "meters/counter.h"

#include <fmt/format.h>

namespace wattention {
namespace {

CounterStep implausible(double watts, const PlausiblePower& plausible) {
  return {{},
          fmt::format("the counter implies {:.3g} W, outside {:g} to {:g} W: wrong unit or a fault",
                      watts, plausible.least_w, plausible.most_w)};
}

}  // namespace

CounterStep counter_step(const CounterSpan& span, const PlausiblePower& plausible) {
  if (span.last == span.first) return {{}, fmt::format("the counter is stuck at {}", span.first)};
  const bool back = span.last < span.first;
  if (back && span.range <= span.first)
    return {{}, fmt::format("the counter jumped back from {} to {}", span.first, span.last)};
  const std::uint64_t counts = back ? span.range - span.first + span.last : span.last - span.first;
  const double joules = static_cast<double>(counts) * span.joules_per_count;
  const double watts = joules / span.seconds;
  if (watts >= plausible.least_w && watts <= plausible.most_w) return {joules, {}};
  if (back)
    return {{}, fmt::format("the counter jumped back from {} to {}", span.first, span.last)};
  return implausible(watts, plausible);
}

}  // namespace wattention
