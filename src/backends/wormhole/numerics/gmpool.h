#pragma once
// GMPOOL: the larger of two values in the order of sign and magnitude, NaN patterns included.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit, GMPOOL; a public functional simulator.
#include "backends/wormhole/numerics/product.h"

namespace wattention::wormhole {

/// Below every value: where a maximum starts.
inline constexpr Bits lowest_bits = 0xffff;

/// Sign-magnitude patterns as integers of the same order.
constexpr int total_order(Bits value) {
  return is_negative(value) ? -(value & 0x7fff) - 1 : value & 0x7fff;
}

template <class Rules = Silicon>
constexpr Bits gmpool(Bits src_a, Bits dst) {
  if (counts_as_zero<Rules>(src_a)) src_a = 0;
  return total_order(src_a) > total_order(dst) ? src_a : dst;
}

}  // namespace wattention::wormhole
