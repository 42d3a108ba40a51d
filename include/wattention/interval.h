#pragma once
// An amount that is known as well as its ends tell: the one type behind modelled times, joules and watts.

namespace wattention {

/// `value` is the best guess; the truth is expected between `low` and `high`.
struct Interval {
  double value = 0;
  double low = 0;
  double high = 0;

  friend Interval operator+(const Interval& a, const Interval& b) {
    return {a.value + b.value, a.low + b.low, a.high + b.high};
  }
  /// `factor` is at least 0.
  friend Interval operator*(const Interval& interval, double factor) {
    return {interval.value * factor, interval.low * factor, interval.high * factor};
  }
  friend Interval operator/(const Interval& interval, double divisor) {
    return {interval.value / divisor, interval.low / divisor, interval.high / divisor};
  }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// True when both could be one number. Ends that touch overlap.
inline bool overlap(const Interval& a, const Interval& b) {
  return a.low <= b.high && b.low <= a.high;
}

}  // namespace wattention
