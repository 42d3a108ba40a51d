#pragma once
// Softmax by the sets of kernels that compute in words: a row of what the matrix unit reads, tf32 in fp32's place or
// bf16 in the upper half, to a row of what Dst holds before the last packer.
#include <span>
#include <string_view>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole::kernels {

/// One row: spans of the padded width. An empty mask is none, and then nothing is scaled.
struct SoftmaxWords {
  std::span<const Word> input, mask;
  Word scale;
  std::size_t logical_cols;
};

struct SoftmaxSet {
  void (*row)(const SoftmaxWords& row, const SoftmaxNumerics& numerics, std::span<Word> out);
  /// Along the height, of whole tiles; elements beyond `logical` become 0.
  void (*line)(std::span<const Word> line, std::size_t logical, const SoftmaxNumerics& numerics,
               std::span<Word> out);
  /// An element of each matrix.
  void (*across)(std::span<const Word> line, const SoftmaxNumerics& numerics, std::span<Word> out);
};

/// By the name that a release's file has. Null for a set whose softmax is of 16 bits (softmax_steps.h).
const SoftmaxSet* softmax_set(std::string_view kernel_set);

}  // namespace wattention::wormhole::kernels
