#pragma once
// layer_norm and rms_norm on rows.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/norm_kernels.h"

namespace wattention::wormhole {

/// `rows` and `task.cols` are whole tiles. Throws Error{bad_input} for others.
void normalise(const NormRows& task, std::int64_t rows, HostOptions host);

}  // namespace wattention::wormhole
