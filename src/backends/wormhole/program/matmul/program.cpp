#include "backends/wormhole/program/matmul/program.h"

#include <fmt/format.h>

#include "backends/wormhole/program/matmul/buffers.h"
#include "backends/wormhole/program/matmul/work.h"

namespace wattention::wormhole {
namespace {

std::string pair_text(std::int64_t first, std::int64_t second) {
  return fmt::format("{}x{}", first, second);
}

std::vector<std::pair<std::string, std::string>> attributes(const OpEvent& work, CoreGrid grid) {
  const MatmulBlocks& blocks = work.blocks;
  return {{"cores", fmt::format("{} of a {}x{} grid", work.cores, grid.y, grid.x)},
          {"fidelity", fidelity_name(work.fidelity)},
          {"per_core", pair_text(blocks.per_core_m, blocks.per_core_n)},
          {"in0_block_w", std::to_string(blocks.block_k)},
          {"k_blocks", std::to_string(blocks.k_blocks)},
          {"out_block", pair_text(blocks.out_block_m, blocks.out_block_n)},
          {"subblock", pair_text(blocks.subblock_h, blocks.subblock_w)},
          {"accumulate_in_l1", work.l1_accumulate ? "yes" : "no"},
          {"fp32_accumulate", work.fp32_accumulate ? "yes" : "no"}};
}

}  // namespace

Program make_matmul(const MatmulProblem& problem, const MatmulMemories& memories,
                    const Release& release) {
  const MatmulConfig config = choose_matmul(problem, release);
  Program program;
  program.matmul = matmul_numerics(config, problem, release);
  program.work = matmul_work(config, program.matmul, problem, memories);
  program.buffers = matmul_buffers(config, program.matmul, problem, release);
  program.buffer_grid = program.work.grid;
  program.kernels = matmul_kernels(config, program.matmul, problem, memories);
  program.attributes = attributes(program.work, config.grid);
  program.refused = refused_matmuls(config, problem, release);
  return program;
}

}  // namespace wattention::wormhole
