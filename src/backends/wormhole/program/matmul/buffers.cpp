// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/matmul/device/matmul_op_multi_core*_factory.cpp.
#include "backends/wormhole/program/matmul/buffers.h"

#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// One tile product at a time: two tiles each of a, b and the result.
std::vector<CircularBuffer> multi_core_buffers(const MatmulTiles& tile) {
  return {{"in0", 2 * tile.a}, {"in1", 2 * tile.b}, {"out", 2 * tile.out}};
}

// Operands are double buffered as soon as there is more than one block to read.
std::int64_t operand_copies(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t unfused_batch = config.fuse_batch ? 1 : problem.batch;
  const std::int64_t blocks = unfused_batch * (problem.k_tiles / config.per_core.k);
  return config.kind == MatmulKind::batched_reuse || blocks > 1 ? 2 : 1;
}

// In the programs of one dimension a b without matrices of its own stays for all of a's, if it is one block.
std::int64_t b_copies(const MatmulConfig& config, const MatmulProblem& problem,
                      const Release& release) {
  const bool one_dimension =
      config.kind == MatmulKind::mcast_1d_in0 || config.kind == MatmulKind::mcast_1d_in1;
  const bool once = release.matmul_shared_b_once && one_dimension && !problem.b_batched &&
                    config.per_core.k == problem.k_tiles;
  return once ? 1 : operand_copies(config, problem);
}

// Partial sums are as wide as the registers, or bf16 where the packer adds them up; else as the result.
std::int64_t partial_tile(const MatmulNumerics& numerics, const MatmulProblem& problem) {
  if (problem.fp32_accumulate) return n150d().tile_bytes_f32;
  return numerics.l1_accumulate ? n150d().tile_bytes_bf16 : tiles_of(problem).out;
}

constexpr std::int64_t sender_state_bytes = 64;  // of a core that sends its shard to others

// a's own buffers on a core. Shards that are read where they lie take none.
std::vector<CircularBuffer> a_buffers(const MatmulConfig& config, const MatmulProblem& problem) {
  const std::int64_t tile = tiles_of(problem).a;
  const std::int64_t block =
      operand_copies(config, problem) * config.out_block.m * config.per_core.k * tile;
  if (!problem.a_shards) return {{"in0", block}};
  if (config.kind == MatmulKind::batched_reuse) return {};
  if (config.kind == MatmulKind::mcast_1d_in1) {
    // Several blocks of K are cut out of a shard into a buffer that holds all of them.
    if (tiles_of_shard(*problem.a_shards).columns == config.per_core.k) return {};
    return {{"in0", config.per_core.m * problem.k_tiles * tile}};
  }
  if (problem.a_shards->layout == ShardLayout::height) return {};
  return {{"in0", block}, {"sender", sender_state_bytes}};
}

}  // namespace

std::vector<CircularBuffer> matmul_buffers(const MatmulConfig& config,
                                           const MatmulNumerics& numerics,
                                           const MatmulProblem& problem, const Release& release) {
  const MatmulTiles tile = tiles_of(problem);
  if (config.kind == MatmulKind::multi_core) return multi_core_buffers(tile);
  const BlockSize& block = config.out_block;
  const std::int64_t out_tiles = block.m * block.n;
  std::vector<CircularBuffer> buffers = a_buffers(config, problem);
  if (!problem.b_shards)
    buffers.push_back({"in1", b_copies(config, problem, release) * block.n * block.k * tile.b});
  if (!problem.out_shards) buffers.push_back({"out", out_tiles * tile.out});
  // Partial sums share the output's buffer unless their format is another, or the output is a shard that is made block
  // by block.
  const std::int64_t partial = partial_tile(numerics, problem);
  const bool by_block = problem.out_shards && config.per_core.m != block.m;
  if (partial != tile.out || by_block) buffers.push_back({"partials", out_tiles * partial});
  if (problem.fused_bias) buffers.push_back({"bias", block.n * n150d().tile_bytes_bf16});
  return buffers;
}

}  // namespace wattention::wormhole
