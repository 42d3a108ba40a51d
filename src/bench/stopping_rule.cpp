#include "bench/stopping_rule.h"

#include <cmath>

#include "base/fail.h"
#include "bench/statistics.h"

namespace wattention {

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::spread: return "spread";
    case StopReason::max_repeats: return "max_repeats";
    case StopReason::max_time: return "max_time";
  }
  return "?";
}

StoppingRule::StoppingRule(const StoppingLimits& limits) : limits_(limits) {
  expect(limits.min_repeats >= 1 && limits.max_repeats >= limits.min_repeats,
         "[bench] expected 1 <= min_repeats <= max_repeats; found {} and {}", limits.min_repeats,
         limits.max_repeats);
  expect(std::isfinite(limits.min_time_s) && limits.min_time_s >= 0,
         "[bench] expected min_time of at least 0 seconds; found {}", limits.min_time_s);
  expect(limits.max_time_s > 0, "[bench] expected max_time above 0 seconds; found {}",
         limits.max_time_s);
  expect(limits.max_spread >= 0, "[bench] expected max_spread of at least 0; found {}",
         limits.max_spread);
}

void StoppingRule::add(double sample, double clock_s, double case_s) {
  samples_.push_back(sample);
  clock_s_ += clock_s;
  case_s_ = case_s;
}

std::optional<StopReason> StoppingRule::verdict() const {
  if (samples_.empty()) return std::nullopt;
  if (case_s_ >= limits_.max_time_s) return StopReason::max_time;
  const auto repeats = static_cast<int>(samples_.size());
  if (repeats < limits_.min_repeats) return std::nullopt;
  if (clock_s_ >= limits_.min_time_s && spread() <= limits_.max_spread) return StopReason::spread;
  if (repeats >= limits_.max_repeats) return StopReason::max_repeats;
  return std::nullopt;
}

double StoppingRule::spread() const {
  return samples_.empty() ? 0 : statistics_of(samples_).spread;
}

bool StoppingRule::repeat_is_over(std::int64_t forwards, std::int64_t count,
                                  double repeat_s) const {
  return forwards >= count ||
         (forwards >= 1 && repeat_s >= limits_.max_time_s / limits_.min_repeats);
}

}  // namespace wattention
