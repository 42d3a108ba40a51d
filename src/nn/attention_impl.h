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

/// One whose stages are tensors of their own, all there once the context is.
class StagedVariant : public AttentionVariant {
 public:
  AttentionStages stages(const Tensor& tokens) const final { return run(tokens, true); }
  Tensor context(const Tensor& tokens) const final { return run(tokens, false).context; }
  /// Throws Error{bad_input} where the caller's tensor has another shape or dtype.
  void context_into(const Tensor& tokens, Tensor& context) const final;

 private:
  /// On the host, as far as they are kept; without `read_all` only the context.
  virtual AttentionStages run(const Tensor& tokens, bool read_all) const = 0;
};

using VariantPointer = std::unique_ptr<const AttentionVariant>;
VariantPointer make_reference_variant(const AttentionWeights&, const Device&,
                                      const AttentionConfig&);
VariantPointer make_naive_variant(const AttentionWeights&, const Device&, const AttentionConfig&);
VariantPointer make_resident_variant(const AttentionWeights&, const Device&,
                                     const AttentionConfig&);
VariantPointer make_fused_variant(const AttentionWeights&, const Device&, const AttentionConfig&);
VariantPointer make_fused_on_card(const AttentionWeights&, const Device&, const AttentionConfig&);

/// The three weights in a device's own memory, sent once, and how its products run. On a card memory is L1 and the core
/// grid 8 x 8 where the config has none; elsewhere only what was asked for, and the device refuses it.
struct WeightsThere {
  WeightsThere(const AttentionWeights& weights, const Device& device,
               const AttentionConfig& config);
  /// Tokens there, in the weights' dtype.
  Tensor send(const Tensor& tokens) const;

  Device device;
  DType dtype;
  Tensor query, key, value;
  OpAttributes products;
};

/// Throws Error{unsupported}: the variant sends tensors to a card's own memory and the device has
/// none.
void expect_own_memory(const Device& device, Variant variant);

/// The same host memory as a tensor of a device that computes there: ops on it run with that device's kernels and
/// threads. Copies nothing. Throws Error{bad_input} for a tensor without values.
Tensor lend(const Tensor& host, const Device& device);

}  // namespace wattention
