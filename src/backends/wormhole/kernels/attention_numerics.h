#pragma once
// What decides the digits of scaled_dot_product_attention beside its kernel.
#include <wattention/device.h>

#include <cstdint>

namespace wattention::wormhole {

struct AttentionNumerics {
  Fidelity fidelity = Fidelity::hifi2;
  bool fp32_accumulate = false;  ///< 32-bit Dst, with fp32 scores and sums: another program
  bool approximate = true;       ///< the reciprocal
  bool exp_approximate =
      true;  ///< by what earlier chunks shrink; with a 32-bit Dst the weights, too
  float scale = 1;
  std::int64_t query_tiles = 1, key_tiles = 1;  ///< of a chunk
  bool causal = false;
  std::int64_t window = 0;  ///< how many keys a query sees, its own the last; 0: all
};

}  // namespace wattention::wormhole
