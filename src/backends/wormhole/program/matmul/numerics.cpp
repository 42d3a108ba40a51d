// Fidelity, blocks of K and accumulation: tt-metal v0.57.0-rc71, matmul_op.cpp create_matmul_struct
// and the program factories' packer_l1_acc_en.
#include "backends/wormhole/numerics/block_float.h"
#include "backends/wormhole/program/matmul/program.h"

namespace wattention::wormhole {
namespace {

// With L1 accumulation the last block still goes through a reload, so two blocks gain nothing; there are releases where
// only the factory of 1D mcast_in0 turns it on for them (the digits are the same).
bool accumulates_in_l1(const MatmulConfig& config, std::int64_t k_blocks,
                       const MatmulProblem& problem, const Release& release) {
  const std::int64_t above = config.kind == MatmulKind::mcast_1d_in0 || problem.fused_bias
                                 ? 1
                                 : release.matmul_reloaded_blocks;
  const bool by_default = release.matmul_packer_l1_accumulate && problem.out != DType::f32;
  return problem.packer_l1_accumulate.value_or(by_default) && k_blocks > above;
}

Fidelity default_fidelity(const MatmulProblem& problem, const Release& release) {
  if (problem.a == DType::f32 && problem.b == DType::f32) return Fidelity::hifi4;
  const bool low = is_block(problem.a) && is_block(problem.b);
  return problem.core_grid || problem.program || low ? release.matmul_fidelity_with_grid
                                                     : release.matmul_fidelity_without_grid;
}

}  // namespace

MatmulNumerics matmul_numerics(const MatmulConfig& config, const MatmulProblem& problem,
                               const Release& release) {
  const Fidelity asked = problem.fidelity.value_or(default_fidelity(problem, release));
  if (config.kind == MatmulKind::multi_core)
    return {release.matmul_fidelity_multi_core.value_or(asked), problem.k_tiles, false, false};
  const std::int64_t k_blocks = problem.k_tiles / config.per_core.k;
  const bool in_l1 = accumulates_in_l1(config, k_blocks, problem, release);
  // What waits for another block has the result's dtype unless it is added up in L1 or has 32 bits.
  const bool in_blocks =
      is_block(problem.out) && k_blocks > 1 && !in_l1 && !problem.fp32_accumulate;
  return {asked,
          config.per_core.k,
          problem.fp32_accumulate,
          in_l1,
          problem.fused_bias,
          problem.a == DType::f32 || problem.b == DType::f32,
          in_blocks ? block_format(problem.out).magnitude_bits : 0};
}

}  // namespace wattention::wormhole
