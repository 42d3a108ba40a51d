#pragma once
// Block floats on tensors: the packer's rounding, and what lies between dtypes.
#include <wattention/dtype.h>

#include <span>
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/numerics/block_float.h"

namespace wattention::wormhole {

/// Each 16 elements in a row, in place: a padded image, as bf16 that passed the packer.
void pack_blocks(std::span<Bits> image, BlockFormat format, HostOptions host);

/// fp32 that a unit of 16 bits takes: cut to bf16, denormals 0.
std::vector<Bits> cut_to_bf16(std::span<const Word> image);
/// bf16 in an fp32's place.
std::vector<Word> widened(std::span<const Bits> image);

}  // namespace wattention::wormhole
