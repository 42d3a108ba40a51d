#pragma once
// The notebook's power table: joules from a wall meter's watts, and what they say of the card.
#include <wattention/interval.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

/// One column of the table: watts at rest and at work, and the work. A plug meter that idle chargers share.
struct WallReading {
  std::string config;  ///< "cpu", "resident", "create_tensors"
  double baseline_w = 0;
  double active_w = 0;
  double total_s = 0;
  std::int64_t count = 0;  ///< forwards, or tensors created

  double forward_s() const { return total_s / static_cast<double>(count); }
  double gross_j() const { return active_w * forward_s(); }
  double net_j() const { return (active_w - baseline_w) * forward_s(); }
};

struct NotebookPower {
  std::vector<WallReading> readings;
  Interval card_share_j;  ///< per resident forward, idle included: what the readings allow the card
  std::string verdict;    ///< what that meter can show of the card, and what it cannot; in words

  /// Throws Error{bad_input} for a configuration that was not read.
  const WallReading& reading(std::string_view config) const;
  /// By how much the baselines differ, which should have been one number: what a reading may be off.
  double baseline_spread_w() const;
  /// Joules per forward: all that the meter saw, and what it saw above the baseline.
  Interval gross_j(std::string_view config) const;
  Interval net_j(std::string_view config) const;
};

/// As the notebook has them.
std::vector<WallReading> notebook_wall_readings();

/// `card_idle_w` is the card's power at rest.
///
/// The host's conversions draw about what its creation of tensors drew (both keep a core or two busy), so the card
/// above idle drew the difference of the two deltas; its interval is as wide as the baselines' spread to either side.
NotebookPower notebook_power(const Interval& card_idle_w,
                             std::vector<WallReading> readings = notebook_wall_readings());

/// Milliseconds per forward of the job of 10,000, "cpu" or "resident". It was run twice, for the table of times and for
/// the power table: the value is the former's, the interval holds both.
Interval notebook_forward_ms(std::string_view config);

}  // namespace wattention
