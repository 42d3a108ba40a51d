#pragma once
// The circular buffers that the program factories create, per core.
#include <vector>

#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/program/matmul/problem.h"
#include "backends/wormhole/program/program.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

std::vector<CircularBuffer> matmul_buffers(const MatmulConfig& config,
                                           const MatmulNumerics& numerics,
                                           const MatmulProblem& problem, const Release& release);

}  // namespace wattention::wormhole
