#pragma once
// tanh: three straight pieces.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_tanh.h.
#include "backends/wormhole/numerics/sfplut.h"
#include "backends/wormhole/numerics/sfpu.h"

namespace wattention::wormhole::kernels {

struct Tanh : Silicon {
  // 0.90625 |x|; 0.09375 |x| + 0.8125 from 1 on; 0 |x| + 1 from 2 on
  static constexpr std::array<Word, 3> tanh_pieces{0x1dff, 0x481a, 0xff00};
};

/// Infinity gives infinity: it is multiplied by 0, and the NaN becomes one in the packer.
template <class Rules = Tanh, Register Dst = Bits>
constexpr Dst tanh(Dst value) {
  return store<Dst, Rules>(lut_3_pieces<Rules>(load(value), Rules::tanh_pieces));
}

}  // namespace wattention::wormhole::kernels
