#pragma once
// When a case has been repeated often enough. Knows no clock: it is told the times.
#include <wattention/bench.h>

#include <optional>
#include <vector>

namespace wattention {

class StoppingRule {
 public:
  /// Throws Error{bad_input} for limits that contradict each other.
  explicit StoppingRule(const StoppingLimits& limits);

  /// One repeat's time per forward, what it spent on the clock, and the case's time so far with all that
  /// stood outside the clock.
  void add(double sample, double clock_s, double case_s);
  /// Why to stop now; nothing: repeat.
  std::optional<StopReason> verdict() const;
  /// True when a repeat of `count` forwards has done all, or has used its part of max_time_s: min_repeats
  /// equal parts. The first forward is always made.
  bool repeat_is_over(std::int64_t forwards, std::int64_t count, double repeat_s) const;
  /// Of the samples so far; 0 before the first.
  double spread() const;

 private:
  StoppingLimits limits_;
  std::vector<double> samples_;
  double clock_s_ = 0;
  double case_s_ = 0;
};

}  // namespace wattention
