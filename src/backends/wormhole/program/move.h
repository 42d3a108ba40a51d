#pragma once
// Programs that move tiles or elements without computing: transpose, permute, slice, concat, layouts and the like.
#include <wattention/tensor.h>

#include <string_view>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/program/program.h"
#include "backends/wormhole/program/shards.h"

namespace wattention::wormhole {

/// A program that reads `tiles` and writes `out_tiles`, shared out unit by unit over all cores. Rows count as tiles of
/// 1024 elements.
struct MoveProblem {
  std::string_view op;
  std::string_view program;
  std::string_view kernel;
  std::int64_t tiles;
  std::int64_t out_tiles;
  Memory memory;  ///< of the input
  Memory out_memory;
  DType dtype = DType::bf16;      ///< of the input
  DType out_dtype = DType::bf16;  ///< of the result
  bool one_core = false;
  std::int64_t units = 0;     ///< 0: as many as tiles are written
  std::int64_t together = 1;  ///< so many of them always go to one core
  UnitWork unit = {};         ///< of one of them
  /// Runs on these shards' cores; what lies in them does not go over the network.
  std::optional<Sharding> shards = std::nullopt;
  LocalTensors local = {};
  std::int64_t units_of_core = 0;  ///< in shards; 0: a core's tiles
  std::int64_t scratch_tiles = 0;  ///< a buffer beside the shards
};
Program make_move(const MoveProblem& problem);

/// The swap of the last two dimensions: tiles in transposed order, each transposed in the unpacker.
Program make_transpose(std::int64_t tiles, Memory memory);

}  // namespace wattention::wormhole
