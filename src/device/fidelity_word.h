#pragma once
// A fidelity as TT-NN's documentation spells it.
#include <fmt/format.h>
#include <wattention/device.h>

#include <string>

namespace wattention {

/// "LoFi", "HiFi2".
inline std::string fidelity_word(Fidelity fidelity) {
  return fidelity == Fidelity::lofi ? "LoFi" : fmt::format("HiFi{}", static_cast<int>(fidelity));
}

}  // namespace wattention
