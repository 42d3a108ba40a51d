#include "report/numbers.h"

#include <fmt/format.h>

namespace wattention::report {
namespace {

// Three digits, or all before the point where those are more: 1330, and not 1.33e+03.
std::string three_digits(double value) {
  return value >= 999.5 && value < 1e7 ? fmt::format("{:.0f}", value)
                                       : fmt::format("{:.3g}", value);
}

}  // namespace

std::string milliseconds(double value_ms) {
  if (value_ms >= 1000) return fmt::format("{:.1f}", value_ms);
  if (value_ms >= 100) return fmt::format("{:.2f}", value_ms);
  if (value_ms >= 1) return fmt::format("{:.3f}", value_ms);
  return fmt::format("{:#.4g}", value_ms);
}

std::string milliseconds(const Figure& figure, bool extrapolated) {
  if (!figure.value) return absent_mark;
  return milliseconds(*figure.value) + (extrapolated ? extrapolated_mark : "");
}

std::string spread_percent(double relative) {
  return fmt::format("±{:.1f} %", 100 * relative);
}

std::string difference_percent(double value, double base) {
  return fmt::format("{:+.1f} %", 100 * (value - base) / base);
}

std::string range_text(const Figure& figure, double factor) {
  if (!figure.range) return "";
  return fmt::format(" ({} to {})", three_digits(figure.range->low * factor),
                     three_digits(figure.range->high * factor));
}

std::string gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0));
}

}  // namespace wattention::report
