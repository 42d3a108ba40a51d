#pragma once
// Softmax by the sets of kernels that compute in words (kernels/softmax_words.h). Threads own whole rows or lines.
#include "backends/wormhole/exec/word_rows.h"
#include "backends/wormhole/kernels/softmax_words.h"

namespace wattention::wormhole {

/// `count` rows of `cols` one below the other; no mask: nothing is scaled.
struct WordRows {
  RowsRead input;
  std::int64_t count, cols, logical_cols;
  RowsLeft out;
  bool rounds;  ///< to a bf16 that is no block's
  RowsRead mask = {};
  Word scale = 0;
};
void softmax_rows(const kernels::SoftmaxSet& set, const WordRows& rows,
                  const SoftmaxNumerics& numerics, HostOptions host);

/// Lines of `length` elements, each `inner` after the one before; `inner` lines lie beside each other.
struct WordLines {
  std::span<const Word> input;
  std::int64_t length, logical, inner;
  bool across_matrices;  ///< else along the height, in tiles
  std::span<Word> out;
};
void softmax_lines(const kernels::SoftmaxSet& set, const WordLines& lines,
                   const SoftmaxNumerics& numerics, HostOptions host);

}  // namespace wattention::wormhole
