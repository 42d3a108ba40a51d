#pragma once
// Three elements of bf16, or numbers in the place of some.
// TT-NN 0.81.1, tt_metal/tt-llk/tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_where.h;
// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_addcmul.h;
// ttnn/cpp/ttnn/operations/eltwise/ternary/device/kernels/compute.
#include "backends/wormhole/kernels/0_81/rounded.h"
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels::v0_81 {

/// All bits of the condition count: -0 and denormals are not 0.
constexpr Bits where(Bits condition, Bits a, Bits b, Word /*factor*/) {
  return pack_bf16(condition == 0 ? b : a);
}

constexpr Bits addcmul(Bits a, Bits b, Bits c, Word factor) {
  const Word scaled = sfpu::multiply(factor, widen(b));
  return pack_bf16(rounded(sfpmad(scaled, widen(c), widen(a))));
}

}  // namespace wattention::wormhole::kernels::v0_81
