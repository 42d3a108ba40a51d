#pragma once
// Dropping low bits of a magnitude, in the ways that the Wormhole's units do it.
#include <cstdint>

namespace wattention::wormhole {

enum class Rounding {
  half_up,    // of a magnitude, so of the number: ties away from zero
  half_even,  // ties to even
  truncate    // toward zero
};

/// magnitude / 2^count, 0 <= count < 63.
constexpr std::uint64_t drop_bits(std::uint64_t magnitude, int count, Rounding rounding) {
  if (count == 0 || rounding == Rounding::truncate) return magnitude >> count;
  const std::uint64_t half = std::uint64_t{1} << (count - 1);
  if (rounding == Rounding::half_up) return (magnitude + half) >> count;
  return (magnitude + half - 1 + (magnitude >> count & 1)) >> count;
}

}  // namespace wattention::wormhole
