#include "cluster/ring_options.h"

#include <algorithm>

namespace wattention {
namespace {

constexpr std::int64_t floor_of(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
constexpr std::int64_t ceil_of(std::int64_t a, std::int64_t b) {
  return -floor_of(-a, b);
}

std::optional<int> right_of(const ScaledDotProductAttentionOptions& options) {
  if (!options.is_causal) return options.window_right;
  return std::min(options.window_right.value_or(0), 0);
}

}  // namespace

std::optional<ScaledDotProductAttentionOptions> ring_options(
    const ScaledDotProductAttentionOptions& whole, int own, int other, int size) {
  const std::optional<int> right = right_of(whole), left = whole.window_left;
  ScaledDotProductAttentionOptions part = whole;
  part.is_causal = false;
  part.window_left = part.window_right = std::nullopt;
  const std::int64_t distance = own - other;
  const std::int64_t first = ceil_of(distance - left.value_or(0), size),
                     last = floor_of(distance + right.value_or(0), size);
  if (right) {
    if (left && first > last) return std::nullopt;
    part.position = static_cast<int>(last);
    part.window_right = 0;
    if (left) part.window_left = static_cast<int>(last - first);
  } else if (left) {
    part.position = static_cast<int>(first);
    part.window_left = 0;
  }
  return part;
}

}  // namespace wattention
