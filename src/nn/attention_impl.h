#pragma once
// One way to run the attention module. Each variant is one small file.
#include <wattention/nn.h>

#include <memory>

namespace wattention {

struct AttentionWeights {
  Tensor query, key, value;  ///< [head_dim, embed_dim], f32 on the host
  std::int64_t embed_dim() const { return query.size(1); }
  std::int64_t head_dim() const { return query.size(0); }
};

class AttentionVariant {
 public:
  virtual ~AttentionVariant() = default;
  /// tokens [T, embed_dim] on the host; every stage on the host. Throws Error{unsupported} where
  /// there are none.
  virtual AttentionStages stages(const Tensor& tokens) const = 0;
  /// Only the context.
  virtual Tensor context(const Tensor& tokens) const = 0;
  virtual void context_into(const Tensor& tokens, Tensor& context) const = 0;
};

using VariantPointer = std::unique_ptr<const AttentionVariant>;
VariantPointer make_reference_variant(const AttentionWeights&, const Device&,
                                      const AttentionConfig&);
VariantPointer make_naive_variant(const AttentionWeights&, const Device&, const AttentionConfig&);
VariantPointer make_resident_variant(const AttentionWeights&, const Device&,
                                     const AttentionConfig&);
VariantPointer make_fused_variant(const AttentionWeights&, const Device&, const AttentionConfig&);
VariantPointer make_fused_on_card(const AttentionWeights&, const Device&, const AttentionConfig&);

/// Throws Error{unsupported}: the variant sends tensors to a card's own memory and the device has
/// none.
void expect_own_memory(const Device& device, Variant variant);

/// The same host memory as a tensor of a device that computes there: ops on it run with that device's kernels and
/// threads. Copies nothing. Throws Error{bad_input} for a tensor without values.
Tensor lend(const Tensor& host, const Device& device);

/// Copies a finished context into the caller's tensor. Throws Error{bad_input} when shape or dtype
/// differ.
void copy_context(const Tensor& from, Tensor& to);

}  // namespace wattention
