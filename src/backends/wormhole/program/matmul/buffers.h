#pragma once
// The circular buffers that the program factories create, per core.
#include <vector>

#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/program/matmul/problem.h"
#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

std::vector<CircularBuffer> matmul_buffers(const MatmulConfig& config,
                                           const MatmulProblem& problem);

}  // namespace wattention::wormhole
