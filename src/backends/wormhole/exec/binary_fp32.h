#pragma once
// Two fp32 tensors on the vector unit: kernels/binary_fp32.h element by element, sums and products by the host's own.
#include <span>

#include "backends/wormhole/exec/exec.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// out[i] = op(a[i], b[i]); all of one length. For an op that kernels::fp32_kernel has.
void binary_of_fp32(Op op, std::span<const Word> a, std::span<const Word> b, std::span<Word> out,
                    HostOptions host);

}  // namespace wattention::wormhole
