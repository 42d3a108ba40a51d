#pragma once
// Softmax by the sets of kernels that compute in words: from what the matrix unit reads to what Dst holds before the
// last packer.
#include <span>
#include <string_view>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/kernels/word_steps.h"

namespace wattention::wormhole::kernels {

/// As many rows as the steps take at once, columns [cols][lanes] of the padded width. No mask: nothing is scaled.
struct SoftmaxWords {
  Word* columns;  ///< the input; in the end what Dst holds
  const Word* mask;
  Word scale;
  std::int64_t cols, logical_cols;
};

struct SoftmaxSet {
  void (*rows)(const SoftmaxWords& rows, const SoftmaxNumerics& numerics, const WordSteps& steps);
  /// Along the height, of whole tiles; elements beyond `logical` become 0.
  void (*line)(std::span<const Word> line, std::size_t logical, const SoftmaxNumerics& numerics,
               std::span<Word> out);
  /// An element of each matrix.
  void (*across)(std::span<const Word> line, const SoftmaxNumerics& numerics, std::span<Word> out);
};

/// By the name that a release's file has. Null for a set whose softmax is of 16 bits (softmax_steps.h).
const SoftmaxSet* softmax_set(std::string_view kernel_set);

}  // namespace wattention::wormhole::kernels
