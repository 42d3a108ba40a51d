#pragma once
// scaled_dot_product_attention over keys that come in parts, from other machines: a device keeps what each query has
// seen, and merges what the next part adds.
#include "device/op_call.h"

namespace wattention {

class AttentionParts {
 public:
  virtual ~AttentionParts() = default;
  /// `part` is a checked call with the same queries, and other keys and values.
  virtual void attend(const OpCall& part) = 0;
  /// What the call would have returned with all those keys at once, but for the order of the sums.
  virtual Tensor context() = 0;
  /// What computes it.
  virtual const char* kernel() const = 0;
};

}  // namespace wattention
