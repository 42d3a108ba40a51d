// Why the other matmul programs were not taken, in the words of the rules.
#include <fmt/format.h>

#include "backends/wormhole/program/matmul/program.h"

namespace wattention::wormhole {
namespace {

bool is_one_dimensional(MatmulKind kind) {
  return kind == MatmulKind::mcast_1d_in0 || kind == MatmulKind::mcast_1d_in1;
}

std::string size_text(const MatmulProblem& problem) {
  return fmt::format("{} x {} x {} tiles", problem.m_tiles, problem.k_tiles, problem.n_tiles);
}

std::string why_not_batched(const MatmulProblem& problem) {
  if (!problem.b_batched) return "b is one matrix";
  if (!problem.core_grid) return "no core grid was given";
  return "a whole matrix per core does not fit the free L1";
}

std::string why_not_multi_core(const MatmulConfig& config, const MatmulProblem& problem) {
  if (config.kind == MatmulKind::batched_reuse || (problem.core_grid && !problem.b_batched))
    return "a core grid was given";
  return problem.all_dram ? "all tensors are in DRAM"
                          : "the output is several square blocks that fit the grid";
}

std::string why_not_one_dimensional(MatmulKind candidate, const MatmulConfig& config,
                                    const MatmulProblem& problem, const Release& release) {
  if (is_one_dimensional(config.kind))
    return candidate == MatmulKind::mcast_1d_in0
               ? fmt::format("the output is not wider than tall ({})", size_text(problem))
               : fmt::format("the output is not taller than wide ({})", size_text(problem));
  if (config.kind == MatmulKind::batched_reuse) return "b has several matrices";
  if (config.kind == MatmulKind::multi_core)
    return "the square blocks do not lie in one row or column of cores";
  return fmt::format("no side is more than {} times the other, and none is one tile ({})",
                     release.matmul_narrow_ratio, size_text(problem));
}

std::string why_not_two_dimensional(const MatmulConfig& config, const MatmulProblem& problem) {
  if (config.kind == MatmulKind::batched_reuse) return "b has several matrices";
  if (config.kind == MatmulKind::multi_core)
    return fmt::format("the square blocks do not spread over rows and columns of cores ({})",
                       size_text(problem));
  return fmt::format("the output is narrow or one block high or wide ({})", size_text(problem));
}

std::string reason(MatmulKind candidate, const MatmulConfig& config, const MatmulProblem& problem,
                   const Release& release) {
  if (problem.program) return "a program config was given";
  if (problem.a_shards || problem.b_shards || problem.out_shards)
    return "shards say where blocks are computed";
  switch (candidate) {
    case MatmulKind::batched_reuse: return why_not_batched(problem);
    case MatmulKind::multi_core: return why_not_multi_core(config, problem);
    case MatmulKind::mcast_2d: return why_not_two_dimensional(config, problem);
    default: return why_not_one_dimensional(candidate, config, problem, release);
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> refused_matmuls(const MatmulConfig& config,
                                                                 const MatmulProblem& problem,
                                                                 const Release& release) {
  std::vector<std::pair<std::string, std::string>> refused;
  for (const MatmulKind candidate :
       {MatmulKind::mcast_1d_in0, MatmulKind::mcast_1d_in1, MatmulKind::mcast_2d,
        MatmulKind::multi_core, MatmulKind::batched_reuse})
    if (candidate != config.kind)
      refused.emplace_back(to_string(candidate), reason(candidate, config, problem, release));
  return refused;
}

}  // namespace wattention::wormhole
