#pragma once
// What pairs of bases and powers share: one entry for each of the 65,536 patterns.
#include <cstdint>
#include <vector>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

struct PowerTables {
  static constexpr Bits is_odd = 1, is_whole = 2;  ///< an odd power is whole, too

  std::vector<Word> logarithms;  ///< of a base
  std::vector<Bits> kinds;       ///< of a power; one entry more, which a vector may read
};

}  // namespace wattention::wormhole
