#include "tensor/number_style.h"

#include <fmt/format.h>
#include <wattention/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace wattention {

NumberStyle::NumberStyle(std::span<const double> shown, DType dtype, const TorchFormat& format)
    : precision_(format.precision), integer_(is_integer(dtype)) {
  if (integer_) {
    for (const double value : shown) width_ = std::max(width_, unpadded(value).size());
    return;
  }
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (const double value : shown) {
    if (value == 0 || !std::isfinite(value)) continue;
    smallest = std::min(smallest, std::fabs(value));
    largest = std::max(largest, std::fabs(value));
    whole_ = whole_ && value == std::ceil(value);
  }
  if (largest == 0) return;
  const bool wide_range = largest / smallest > 1000.0 || largest > 1.0e8 || smallest < 1.0e-4;
  scientific_ = format.sci_mode.value_or(wide_range);
  for (const double value : shown)
    if (value != 0 && std::isfinite(value)) width_ = std::max(width_, unpadded(value).size());
}

std::string NumberStyle::text(double value) const {
  return fmt::format("{:>{}}", unpadded(value), width_);
}

std::string NumberStyle::unpadded(double value) const {
  if (integer_) return fmt::format("{:.0f}", value);
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (scientific_) return fmt::format("{:.{}e}", value, precision_);
  return whole_ ? fmt::format("{:.0f}.", value) : fmt::format("{:.{}f}", value, precision_);
}

}  // namespace wattention
