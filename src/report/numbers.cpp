#include "report/numbers.h"

#include <fmt/format.h>

namespace wattention::report {

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
  return fmt::format(" ({:.3g} to {:.3g})", figure.range->low * factor,
                     figure.range->high * factor);
}

std::string gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0));
}

}  // namespace wattention::report
