// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/matmul/device/matmul_op_multi_core*_factory.cpp.
#include "backends/wormhole/program/matmul/buffers.h"

#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// One tile product at a time: two tiles each of a, b and the result.
std::vector<CircularBuffer> multi_core_buffers(std::int64_t tile) {
  return {{"in0", 2 * tile}, {"in1", 2 * tile}, {"out", 2 * tile}};
}

// Operands are double buffered as soon as there is more than one block to read.
std::int64_t operand_copies(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t unfused_batch = config.fuse_batch ? 1 : problem.batch;
  const std::int64_t blocks = unfused_batch * (problem.k_tiles / config.per_core.k);
  return config.kind == MatmulKind::batched_reuse || blocks > 1 ? 2 : 1;
}

}  // namespace

std::vector<CircularBuffer> matmul_buffers(const MatmulConfig& config,
                                           const MatmulProblem& problem) {
  const std::int64_t tile = n150d().tile_bytes_bf16;
  if (config.kind == MatmulKind::multi_core) return multi_core_buffers(tile);
  const BlockSize& block = config.out_block;
  const std::int64_t copies = operand_copies(config, problem);
  const std::int64_t out_tiles = block.m * block.n;
  std::vector<CircularBuffer> buffers = {{"in0", copies * block.m * block.k * tile},
                                         {"in1", copies * block.n * block.k * tile}};
  // Partial sums share the output's buffer unless they are wider.
  if (problem.fp32_accumulate) buffers.push_back({"partials", out_tiles * n150d().tile_bytes_f32});
  buffers.push_back({"out", out_tiles * tile});
  // Sums wait in a buffer of their own for the bias, whose tiles are a row of the block.
  if (problem.fused_bias) {
    if (!problem.fp32_accumulate) buffers.push_back({"partials", out_tiles * tile});
    buffers.push_back({"bias", block.n * tile});
  }
  return buffers;
}

}  // namespace wattention::wormhole
