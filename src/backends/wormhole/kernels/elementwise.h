#pragma once
// Multiply, add, subtract and copy on the matrix unit: an element at a time, through the packer.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary/device/kernels/compute.
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels {

struct Elementwise : Silicon {
  static constexpr bool phases_ascend = true;
};

/// ELWMUL in as many passes as the fidelity says, each rounding Dst.
template <class Rules = Elementwise>
constexpr Bits multiply(Bits src_a, Bits src_b, int phases) {
  Word dst = 0;
  for (int i = 0; i < phases; ++i) {
    const int phase = Rules::phases_ascend ? i : phases - 1 - i;
    dst = elwmul<Rules>(src_a, src_b, phase, dst, DstFormat::bf16);
  }
  return pack_bf16<Rules>(upper_half(dst));
}

template <class Rules = Elementwise>
constexpr Bits add(Bits a, Bits b) {
  return pack_bf16<Rules>(upper_half(elwadd<Rules>(a, b, DstFormat::bf16)));
}

template <class Rules = Elementwise>
constexpr Bits subtract(Bits a, Bits b) {
  return pack_bf16<Rules>(upper_half(elwsub<Rules>(a, b, DstFormat::bf16)));
}

/// The copy to Dst and the packer: all that a moving op changes.
template <class Rules = Elementwise>
constexpr Bits copy(Bits value) {
  return pack_bf16<Rules>(value);
}

}  // namespace wattention::wormhole::kernels
