#pragma once
// What is a Tenstorrent card, real or in software, among devices with memory of their own.
#include <wattention/device.h>

namespace wattention {

/// Its matrices meet in a multiplier with passes, and it computes in one dtype whatever its tensors have.
inline bool is_card(const Capabilities& has) {
  return has.attributes.has(Attribute::fidelity);
}

}  // namespace wattention
