#pragma once
// A chart's axis: values to pixels, and the round values that carry a tick.
#include <string>
#include <utility>
#include <vector>

namespace wattention::report {

/// The ends of an axis, in pixels or in values; on an axis that runs upwards the low end has the higher pixel.
struct Range {
  double low = 0, high = 0;
};

class Axis {
 public:
  /// From 0 to a round value at or above `most`, over `pixels` (from where 0 lies to the other end).
  static Axis linear(double most, Range pixels);
  /// From a round value at or below the least of `values` to one at or above the largest. All values are positive.
  static Axis logarithmic(const std::vector<double>& values, Range pixels);

  double at(double value) const;  ///< pixel; values outside the axis lie outside the pixels
  const std::vector<double>& ticks() const { return ticks_; }
  Range pixels() const { return pixels_; }
  Range values() const { return values_; }

 private:
  Axis(bool logarithmic, Range values, Range pixels, std::vector<double> ticks)
      : logarithmic_(logarithmic), values_(values), pixels_(pixels), ticks_(std::move(ticks)) {}

  bool logarithmic_;
  Range values_, pixels_;
  std::vector<double> ticks_;
};

/// "0.01", "250", "10k", "1M".
std::string tick_text(double value);

/// Moves `wanted` apart until neighbours are `gap` away from each other, within `limits` when they fit; their order
/// stays. For labels beside the ends of lines.
std::vector<double> spread_apart(const std::vector<double>& wanted, double gap, Range limits);

}  // namespace wattention::report
