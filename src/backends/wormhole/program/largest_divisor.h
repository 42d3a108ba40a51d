#pragma once
// How many tiles a kernel takes at a time.
#include <cstdint>

namespace wattention::wormhole {

/// tt-metal v0.57.0-rc71, tt_metal/common/work_split.cpp, find_max_divisor: 5 and 7 are passed over.
constexpr std::int64_t largest_divisor(std::int64_t value, std::int64_t largest) {
  for (std::int64_t divisor = largest; divisor > 1; --divisor)
    if (divisor != 5 && divisor != 7 && value % divisor == 0) return divisor;
  return 1;
}

}  // namespace wattention::wormhole
