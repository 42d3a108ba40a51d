#pragma once
// layer_norm and rms_norm by the sets of kernels that compute in words, as softmax_words.h has them.
#include <string_view>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/kernels/word_steps.h"

namespace wattention::wormhole::kernels {

/// As many rows as the steps take at once, columns [cols][lanes] of the padded width; what is null is left out.
struct NormWords {
  Word* columns;              ///< the input; in the end what Dst holds
  Word* squares;              ///< scratch of the same size
  const Word *weight, *bias;  ///< [cols]
  const Word* residual;       ///< like the input
  std::int64_t cols, logical_cols;
  Word share;  ///< fp32: 1 over them
};

using NormRowsKernel = void (*)(const NormWords& rows, const NormNumerics& numerics,
                                const WordSteps& steps);

/// By the name that a release's file has. Null for a set whose norms are of 16 bits (norm.h).
NormRowsKernel norm_rows_kernel(std::string_view kernel_set);

}  // namespace wattention::wormhole::kernels
