#pragma once
// A TT-NN release's defaults: what a call means when the caller leaves it open.
#include <wattention/device.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace wattention::wormhole {

struct Release {
  std::string name;
  bool program_cache;
  Fidelity matmul_fidelity_with_grid;
  Fidelity matmul_fidelity_without_grid;
  Fidelity matmul_fidelity_multi_core;  ///< fixed in that program, whatever the caller asks for
  bool matmul_packer_l1_accumulate;
  bool matmul_fp32_accumulate;
  std::int64_t matmul_narrow_ratio;
  std::int64_t matmul_block_tiles_with_grid;
  std::int64_t matmul_largest_square;
  std::int64_t softmax_largest_block;
  bool softmax_numeric_stable;
  Fidelity softmax_fidelity;
  Fidelity elementwise_fidelity;
};

/// Throws Error{absent} for a release whose rules are not known here.
const Release& release_profile(std::string_view name);

}  // namespace wattention::wormhole
