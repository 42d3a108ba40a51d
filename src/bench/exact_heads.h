#pragma once
// The formula of a module with heads in float64: plain ops of the device reference on whole matrices of scores, not the
// op that it judges.
#include <wattention/device.h>

#include "bench/heads_operands.h"

namespace wattention {

/// Tensors in and out are `reference`'s, in f64: rows [batch, T, width], scores and weights [batch, heads, T, past +
/// T]. Operands and device outlive it.
class ExactHeads {
 public:
  /// Throws Error{out_of_memory} where the matrices of scores do not fit.
  ExactHeads(const HeadsOperands& operands, const Device& reference);

  /// All of them.
  MultiHeadAttentionStages stages() const;

  // Each from the one before.
  Tensor scores(const Tensor& query, const Tensor& key) const;
  Tensor weights(const Tensor& scores) const;
  Tensor context(const Tensor& weights, const Tensor& value) const;
  Tensor output(const Tensor& context) const;

  /// A host tensor, there.
  Tensor wide(const Tensor& tensor) const;

 private:
  Tensor project(const Tensor& tokens, const Tensor& weight, const Tensor& bias) const;
  Tensor shared(const Tensor& rows) const;
  Tensor with_past(const Tensor& past, const Tensor& now) const;
  Tensor causal_mask() const;

  const HeadsOperands& operands_;
  const Device& reference_;
};

}  // namespace wattention
