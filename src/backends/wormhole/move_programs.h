#pragma once
// Which programs a release enqueues for a move, and whether its elements pass the packer on their way.
#include <vector>

#include "backends/wormhole/place.h"
#include "backends/wormhole/program/move.h"
#include "device/op_call.h"

namespace wattention::wormhole {

struct MovePrograms {
  std::vector<MoveProblem> programs;  ///< in order; none: the result shares its input's memory
  Memory memory = Memory::dram;       ///< of the result
  std::optional<Sharding> sharding = std::nullopt;  ///< likewise
  DType dtype = DType::bf16;  ///< of the result: a block format ends where tiles become rows
  /// A compute kernel copies each element to Dst and packs it. Elsewhere data-movement kernels copy bits as they are.
  bool through_packer = false;
  /// A program of them tilizes or untilizes: fp32 becomes fp16 on its way, elsewhere tf32.
  bool in_fp16 = false;
  /// Rows that a value fills hold two bf16 of it, bit by bit, whatever their dtype.
  bool pairs_in_rows = false;
  /// Whole tiles move, with what lies in their padding.
  bool whole_tiles = false;
};

MovePrograms programs_of(const OpCall& call);

/// Whole 32x32 tiles in this dimension: its logical size is its padded one.
bool is_whole_tiles(std::int64_t size);

}  // namespace wattention::wormhole
