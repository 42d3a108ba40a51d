#include <wattention/energy.h>

#include <array>

namespace wattention {

std::string_view to_string(EnergySource source) {
  static constexpr std::array words{"measured", "modelled", "vendor_reported", "manual"};
  return words[static_cast<std::size_t>(source)];
}

std::string_view to_string(MeterScope scope) {
  static constexpr std::array words{"chip", "package", "memory", "platform", "board", "wall"};
  return words[static_cast<std::size_t>(scope)];
}

}  // namespace wattention
