#pragma once
// What decides an op's digits. The program choice fills these in; exec computes by them.
#include <wattention/device.h>

#include <cstdint>

namespace wattention::wormhole {

struct MatmulNumerics {
  Fidelity fidelity = Fidelity::hifi2;
  std::int64_t block_tiles = 1;  ///< in0_block_w: tiles of K per block; the last may not be shorter
  bool fp32_accumulate = false;  ///< 32-bit Dst
  bool l1_accumulate =
      false;  ///< the packer adds blocks 1..n-2 onto L1 (in effect, not as configured)
};

struct SoftmaxNumerics {
  bool numeric_stable = false;  ///< subtract the row's maximum first
};

}  // namespace wattention::wormhole
