#pragma once
// scaled_dot_product_attention: softmax(q k^T) v by heads, without the matrix of scores. What is computed is in
// device/attention_view.h; the inner loops are in attention_kernel.h.
//
//   rows    the queries of all heads that share a head of keys and values: row r is query r / group of head r % group,
//           so that neighbours see nearly the same keys and use them together
//   tile    rows that are lanes of one or two vectors; their scores with a block of keys stay in L1
//   unit    tiles that go through the keys together, a block at a time: what a thread takes at once
//   piece   a fixed run of keys, where rows are few: the pieces' states are merged in order
//
// The bits of a row depend on its tile's rows, the kernel and the fixed blocks and pieces; never on the threads.
#include <vector>

#include "backends/cpu/attention_kernel.h"
#include "backends/cpu/buffer.h"
#include "device/attention_view.h"

namespace wattention::cpu {

struct SdpaKernels {
  const AttentionKernel* pairs;  ///< for bf16 rows of whole words
  const AttentionKernel* words;
  const VectorKernel* vector;
};

/// The kernel that serves these operands.
const AttentionKernel& kernel_for(const SdpaKernels& kernels, const AttentionView& view);

/// Fills `context`, of the call's shape and the query's dtype. `workspace` grows as needed: by threads times a few
/// hundred KiB, whatever the numbers of queries and keys are, and where rows are few by a state per
/// row and piece of keys.
void scaled_dot_product_attention(const SdpaKernels& kernels, const AttentionView& view,
                                  std::byte* context, Buffer& workspace, int threads);

/// The same over keys that come in parts, each a view of the same queries: a state per row is kept and merged with what
/// a part adds.
class SdpaParts {
 public:
  explicit SdpaParts(const AttentionView& view);
  void attend(const SdpaKernels& kernels, const AttentionView& part, Buffer& workspace,
              int threads);
  /// The context of all of them; call it once, last.
  void write(const SdpaKernels& kernels, const AttentionView& view, std::byte* context,
             int threads);

 private:
  std::vector<float> states_;
};

}  // namespace wattention::cpu
