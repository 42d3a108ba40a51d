#pragma once
// What a configured matmul does: cores with work, tile work, bytes moved, kernels. Closed formulas.
#include <string>
#include <vector>

#include "backends/wormhole/program/matmul/program.h"

namespace wattention::wormhole {

OpEvent matmul_work(const MatmulConfig& config, const MatmulNumerics& numerics,
                    const MatmulProblem& problem, const MatmulMemories& memories);

/// Sources with their compile-time arguments, as the program factories create them.
std::vector<std::string> matmul_kernels(const MatmulConfig& config, const MatmulNumerics& numerics,
                                        const MatmulProblem& problem,
                                        const MatmulMemories& memories);

}  // namespace wattention::wormhole
