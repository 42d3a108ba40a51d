#pragma once
// Numbers as tables show them.
#include <wattention/bench.h>

#include <string>

namespace wattention::report {

/// Stands behind every time that was not timed in full.
inline constexpr const char* extrapolated_mark = "†";
inline constexpr const char* extrapolated_note =
    "† extrapolated: only a part of the forwards was timed; the rest is taken at their mean.";
/// Stands where there is no number.
inline constexpr const char* absent_mark = "-";

/// Milliseconds without the unit: "0.01230", "12.345", "123.45", "11671.3".
std::string milliseconds(double value_ms);
/// A figure in milliseconds, marked when extrapolated; absent_mark when there is none.
std::string milliseconds(const Figure& figure, bool extrapolated);
/// "±1.2 %".
std::string spread_percent(double relative);
/// How much `value` is above `base`: "+3.1 %".
std::string difference_percent(double value, double base);
/// " (9.10 to 12.4)", with the factor that the shown value has; nothing when the figure has no range.
std::string range_text(const Figure& figure, double factor = 1);
/// "16.0 GiB".
std::string gibibytes(std::uint64_t bytes);

}  // namespace wattention::report
