#pragma once
// bf16 to the power of bf16, element by element.
#include <span>

#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

/// out[i] = packed(a[i] to the power of b[i]); all of one length.
void power(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out, HostOptions host);

}  // namespace wattention::wormhole
