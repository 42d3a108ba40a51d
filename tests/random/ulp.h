#pragma once
// Distances between floats, and between tensors and stored bits.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace wattention::test {

/// How many floats lie between a and b, plus one when they differ; -0 and 0 are the same.
inline std::int64_t ulp_distance(float a, float b) {
  const auto ordinal = [](float value) {
    const auto bits = std::bit_cast<std::int32_t>(value);
    return bits < 0 ? std::int64_t{INT32_MIN} - bits : std::int64_t{bits};
  };
  return std::abs(ordinal(a) - ordinal(b));
}

/// Each value's bits times its place, so that values that change places are noticed too.
inline std::uint64_t checksum(std::span<const float> values) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += std::bit_cast<std::uint32_t>(values[i]) * (2 * std::uint64_t{i} + 1);
  return sum;
}

/// True when both hold the same bits.
inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) return false;
  return true;
}

}  // namespace wattention::test
