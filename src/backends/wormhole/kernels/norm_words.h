#pragma once
// layer_norm and rms_norm by the sets of kernels that compute in words, as softmax_words.h has them.
#include <span>
#include <string_view>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole::kernels {

/// One row: spans of the padded width; what is empty is left out.
struct NormWords {
  std::span<const Word> input, weight, bias, residual;
  std::size_t logical_cols;
  Word share;  ///< fp32: 1 over them
};

using NormRowKernel = void (*)(const NormWords& row, const NormNumerics& numerics,
                               std::span<Word> out);

/// By the name that a release's file has. Null for a set whose norms are of 16 bits (norm.h).
NormRowKernel norm_row_kernel(std::string_view kernel_set);

}  // namespace wattention::wormhole::kernels
