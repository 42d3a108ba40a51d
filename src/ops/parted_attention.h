#pragma once
// scaled_dot_product_attention over keys that come in parts.
#include <wattention/attention.h>

#include <memory>

#include "device/attention_parts.h"

namespace wattention {

class PartedAttention {
 public:
  /// For queries and options like these; attends to nothing yet. Throws as scaled_dot_product_attention() does, and
  /// Error{unsupported} on a device that merges no parts.
  PartedAttention(const Tensor& query, const Tensor& key, const Tensor& value,
                  const ScaledDotProductAttentionOptions& options);

  /// One more part: other keys and values, and the options that say which of them a query sees.
  void attend(const Tensor& key, const Tensor& value,
              const ScaledDotProductAttentionOptions& options);
  /// Of all parts; there was one at least.
  Tensor context() { return parts_->context(); }
  const char* kernel() const { return parts_->kernel(); }

 private:
  Tensor query_;
  std::unique_ptr<AttentionParts> parts_;
};

}  // namespace wattention
