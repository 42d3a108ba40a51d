// Which kernels a matmul program is made of: tt-metal v0.57.0-rc71, the program factories under
// ttnn/cpp/ttnn/operations/matmul/device. A kernel is compiled once per source and arguments.
#include <fmt/format.h>

#include "backends/wormhole/program/matmul/work.h"
#include "backends/wormhole/program/work_split.h"

namespace wattention::wormhole {
namespace {

// The arguments that are compiled in and can differ between two matmuls.
std::string compiled_arguments(const MatmulConfig& config, const MatmulNumerics& numerics,
                               const MatmulProblem& problem) {
  const BlockSize& core = config.per_core;
  const auto word = [](const std::optional<Sharding>& shards) {
    return shards ? fmt::format(" {}", to_string(*shards)) : std::string();
  };
  const std::string shards =
      word(problem.a_shards) + word(problem.b_shards) + word(problem.out_shards);
  return fmt::format(
      "M{} N{} K{} B{} per_core {}x{} block {}x{}x{} subblock {}x{} fidelity {} {} {} {} {} "
      "{}{}{}{}",
      problem.m_tiles, problem.n_tiles, problem.k_tiles, problem.batch, core.m, core.n,
      config.out_block.m, config.out_block.n, core.k, config.subblock.h, config.subblock.w,
      static_cast<int>(numerics.fidelity), numerics.fp32_accumulate, numerics.l1_accumulate,
      to_string(problem.a), to_string(problem.b), to_string(problem.out),
      problem.fused_bias ? " bias" : "", problem.fused_activation ? " activation" : "", shards);
}

std::vector<std::string> multi_core_kernels(const MatmulConfig& config,
                                            const MatmulProblem& problem,
                                            const std::string& memories) {
  const std::int64_t tiles = problem.batch * problem.m_tiles * problem.n_tiles;
  const WorkSplit split = split_work(tiles, config.grid);
  std::vector<std::string> kernels = {
      "reader_bmm_8bank_output_tiles_partitioned.cpp " + memories,
      "writer_unary_interleaved_start_id.cpp " + memories,
      fmt::format("bmm.cpp K{} tiles {}", problem.k_tiles, split.largest)};
  if (tiles % split.cores != 0)
    kernels.push_back(fmt::format("bmm.cpp K{} tiles {}", problem.k_tiles, split.largest - 1));
  return kernels;
}

// In a 2D program, cores beyond the middle column receive over the other network on chip: the same
// sources built a second time.
std::vector<const char*> sources_2d(CoreGrid grid) {
  std::vector<const char*> sources = {"reader_bmm_tile_layout_in0_sender_padding.cpp",
                                      "reader_bmm_tile_layout_in1_sender_writer_padding.cpp"};
  if (grid.y > 1) sources.push_back("reader_bmm_tile_layout_in1_receiver_writer_padding.cpp");
  if (grid.x > 1) sources.push_back("reader_bmm_tile_layout_in0_receiver.cpp");
  if (grid.x > 2 && grid.y > 1) {
    sources.push_back("reader_bmm_tile_layout_in1_receiver_writer_padding.cpp other NoC");
    sources.push_back("reader_bmm_tile_layout_in0_receiver.cpp other NoC");
  }
  return sources;
}

std::vector<const char*> sources_1d(MatmulKind kind, int cores) {
  std::vector<const char*> sources = {"reader_bmm_tile_layout_in0_sender_padding.cpp",
                                      "reader_bmm_tile_layout_in1_sender_writer_padding.cpp"};
  if (cores > 1)
    sources.push_back(kind == MatmulKind::mcast_1d_in0
                          ? "reader_bmm_tile_layout_in0_receiver.cpp"
                          : "reader_bmm_tile_layout_in1_receiver_writer_padding.cpp");
  return sources;
}

std::vector<const char*> dataflow_sources(const MatmulConfig& config, const OpEvent& work) {
  switch (config.kind) {
    case MatmulKind::mcast_2d: return sources_2d(work.grid);
    case MatmulKind::mcast_1d_in0:
    case MatmulKind::mcast_1d_in1: return sources_1d(config.kind, work.cores);
    default: return {"reader_bmm_tile_layout_in0.cpp", "reader_writer_bmm_tile_layout_in1.cpp"};
  }
}

}  // namespace

std::vector<std::string> matmul_kernels(const MatmulConfig& config, const MatmulNumerics& numerics,
                                        const MatmulProblem& problem,
                                        const MatmulMemories& memories) {
  const std::string places = fmt::format("{} {} {}", to_string(memories.a), to_string(memories.b),
                                         to_string(memories.out));
  if (config.kind == MatmulKind::multi_core) return multi_core_kernels(config, problem, places);
  const std::string arguments = compiled_arguments(config, numerics, problem);
  const OpEvent work = matmul_work(config, numerics, problem, memories);
  std::vector<std::string> kernels = {
      fmt::format("bmm_large_block_zm_fused_bias_activation.cpp {}", arguments)};
  for (const char* source : dataflow_sources(config, work))
    kernels.push_back(fmt::format("{} {} {}", source, arguments, places));
  return kernels;
}

}  // namespace wattention::wormhole
