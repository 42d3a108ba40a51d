#include "device/estimate.h"

#include <array>

namespace wattention {

std::string_view to_string(TimeBound bound) {
  static constexpr std::array words{"compute", "unpack", "noc", "dram", "dispatch", "host"};
  return words[static_cast<std::size_t>(bound)];
}

}  // namespace wattention
