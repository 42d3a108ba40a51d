#pragma once
// A function of bf16 as a table: its value for each of the 65,536 patterns.
#include <vector>

#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

inline constexpr std::size_t bf16_patterns = 65536;

template <class Function>
std::vector<Bits> pattern_table(Function function) {
  std::vector<Bits> values(bf16_patterns);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = function(static_cast<Bits>(i));
  return values;
}

}  // namespace wattention::wormhole
