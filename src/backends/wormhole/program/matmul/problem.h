#pragma once
// What the choice of a matmul program depends on.
#include <wattention/device.h>
#include <wattention/dtype.h>
#include <wattention/program_config.h>

#include <cstdint>
#include <optional>

namespace wattention::wormhole {

/// out [batch, M, N] = a [batch, M, K] x b [batch or 1, K, N], sizes in tiles of the padded shapes.
struct MatmulProblem {
  std::int64_t batch = 1;  ///< matrices in a
  bool b_batched = false;  ///< b has more than one matrix
  std::int64_t m_tiles = 1;
  std::int64_t k_tiles = 1;
  std::int64_t n_tiles = 1;
  bool all_dram = true;  ///< a, b and the result
  std::optional<CoreGrid> core_grid = std::nullopt;
  std::optional<ProgramConfig> program = std::nullopt;  ///< the caller's own choice
  std::optional<Sharding> a_shards = std::nullopt, b_shards = std::nullopt;
  std::optional<Sharding> out_shards =
      std::nullopt;  ///< the layout that is asked for; the program decides the rest
  std::optional<Fidelity> fidelity = std::nullopt;
  bool fp32_accumulate = false;
  DType a = DType::bf16, b = DType::bf16, out = DType::bf16;
  std::optional<bool> packer_l1_accumulate = std::nullopt;  ///< empty: as the release does
  bool fused_bias = false;                                  ///< a row is added in the same program
  bool fused_activation = false;   ///< and a function of each element computed
  int activation_steps = 0;        ///< of the vector unit, for 32 elements
  std::int64_t free_l1_bytes = 0;  ///< from the first free address to the lowest L1 buffer
};

/// Bytes of a tile of the operands and of the result in L1.
struct MatmulTiles {
  std::int64_t a, b, out;
};
inline MatmulTiles tiles_of(const MatmulProblem& problem) {
  const auto bytes = [](DType dtype) { return static_cast<std::int64_t>(tile_bytes(dtype)); };
  return {bytes(problem.a), bytes(problem.b), bytes(problem.out)};
}

}  // namespace wattention::wormhole
