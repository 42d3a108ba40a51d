#pragma once
// The chosen matmul as a program: cores, buffers, kernels, work, and the digits' rules for exec.
#include <wattention/tensor.h>

#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

struct MatmulMemories {
  Memory a = Memory::dram;
  Memory b = Memory::dram;
  Memory out = Memory::dram;
};

/// Choice and program in one. Throws Error{bad_input} where the release refuses its own choice.
Program make_matmul(const MatmulProblem& problem, const MatmulMemories& memories,
                    const Release& release);

/// What decides the digits under a configuration.
MatmulNumerics matmul_numerics(const MatmulConfig& config, const MatmulProblem& problem,
                               const Release& release);

/// Every other program and why it was not taken.
std::vector<std::pair<std::string, std::string>> refused_matmuls(const MatmulConfig& config,
                                                                 const MatmulProblem& problem,
                                                                 const Release& release);

}  // namespace wattention::wormhole
