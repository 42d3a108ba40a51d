#pragma once
// The softmax program over the last dimension.
#include <wattention/program_config.h>
#include <wattention/tensor.h>

#include <optional>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/program/program.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

struct SoftmaxProblem {
  std::int64_t tile_rows;  ///< of all matrices together
  std::int64_t width_tiles;
  bool padded_columns;  ///< the last tile of a row has padding, which a mask tile hides
  std::optional<bool> numeric_stable;  ///< empty: as the release does
  Memory memory, out_memory;
  std::optional<Fidelity> fidelity = std::nullopt;     ///< empty: as the release does
  std::optional<bool> fp32_accumulate = std::nullopt;  ///< empty: as the release does
  bool approximate = true;
  std::optional<Memory> mask = std::nullopt;  ///< where it is
  bool causal = false;                        ///< the mask has a row for each
  std::int64_t mask_tiles = 0;                ///< that are read, for all rows together
};

/// The programs along other dimensions than the last, or of more than four: a line of tiles a unit of work.
struct SoftmaxLinesProblem {
  enum class Along { width, height, matrices };
  Along along;
  std::int64_t lines;       ///< of all matrices together
  std::int64_t line_tiles;  ///< of each
  Memory memory, out_memory;
  Fidelity fidelity;
  bool fp32_accumulate = false;  ///< and fp32 between the steps
};
Program make_softmax_lines(const SoftmaxLinesProblem& problem);
/// Its buffers hold a line; where they would not, the release takes a program that reads it three times.
bool line_fits(const SoftmaxLinesProblem& problem, const Release& release);

/// A row's buffers fit the L1 of a core.
bool row_fits(const SoftmaxProblem& problem, const Release& release);

/// One core takes whole tile rows; the exponentials of a row stay in its L1.
Program make_softmax(const SoftmaxProblem& problem, const Release& release);

/// What a row of tiles asks of a core, its tiles read and written in blocks.
UnitWork softmax_row(const SoftmaxProblem& problem, const Release& release, std::int64_t block);
/// The numerics that a problem leaves to the release, with those that it names.
SoftmaxNumerics softmax_numerics(const SoftmaxProblem& problem, const Release& release);

/// Whole rows lie in shards, and the result replaces them.
struct SoftmaxInShards {
  Sharding sharding;
  ProgramConfig config;
  DType dtype;
  DType mask_dtype = DType::bf16;
  bool mask_in_shards = false;
  bool mask_in_rows = false;
  bool one_mask = false;  ///< for all batches
};
Program make_softmax_in_shards(const SoftmaxProblem& problem, const SoftmaxInShards& shards,
                               const Release& release);

}  // namespace wattention::wormhole
