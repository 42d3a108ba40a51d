#pragma once
// Modules, written on ops only.
#include <wattention/device.h>
#include <wattention/ops.h>
#include <wattention/random.h>
#include <wattention/tensor.h>

#include <optional>
#include <string_view>

namespace wattention {

/// nn.Linear without bias.
class Linear {
 public:
  Linear(std::int64_t in_features, std::int64_t out_features, Generator& generator);
  explicit Linear(Tensor weight) : weight_(std::move(weight)) {}
  /// [..., in_features] -> [..., out_features].
  Tensor operator()(const Tensor& input) const;
  const Tensor& weight() const { return weight_; }

 private:
  Tensor weight_;
};

/// How the module uses its device.
enum class Variant {
  reference,  ///< projections, scores, scale, softmax, context as plain ops
  naive,      ///< projections and scaling on the host; matmuls and softmax on the device
  resident,   ///< weights on the device once; one tensor in, one out
  fused       ///< the fastest this project can do there
};
std::string_view to_string(Variant variant);
/// Throws Error{bad_input} for any other word.
Variant parse_variant(std::string_view word);

/// What a forward computes on its way; all on the host.
struct AttentionStages {
  Tensor query = {};    ///< [T, head_dim]
  Tensor key = {};      ///< [T, head_dim]
  Tensor value = {};    ///< [T, head_dim]
  Tensor scores = {};   ///< [T, T], before scaling
  Tensor weights = {};  ///< [T, T], rows sum to about 1
  Tensor context = {};  ///< [T, head_dim]
};

/// What a variant or its device does not take is refused, never ignored. What is unset, they decide.
struct AttentionConfig {
  Variant variant = Variant::reference;
  std::optional<DType> dtype = std::nullopt;  ///< the arithmetic's input type
  std::optional<CoreGrid> core_grid =
      std::nullopt;  ///< on a card, resident and fused: {8, 8} when not given
  std::optional<Fidelity> fidelity = std::nullopt;  ///< on a card: of its products
  bool fold_projections = false;                    ///< fused only, not on a card
  std::optional<Memory> weights =
      std::nullopt;  ///< where resident's and fused's weights lie on a card: l1
};

/// One-headed self-attention: weights W_query, W_key, W_value, no bias.
class SelfAttention {
 public:
  /// Draws the weights as nn.Linear does, query, key, value in this order.
  SelfAttention(std::int64_t embed_dim, std::int64_t head_dim, Generator& generator);
  /// Weights [head_dim, embed_dim]; the module shares their memory.
  SelfAttention(Tensor query_weight, Tensor key_weight, Tensor value_weight);

  /// The same module on a device; its weights move there once.
  SelfAttention to(const Device& device, const AttentionConfig& config) const;
  SelfAttention to(const Device& device, Variant variant) const;

  /// tokens [T, embed_dim] on the host -> context [T, head_dim] on the host.
  Tensor operator()(const Tensor& tokens) const;
  /// The same with every stage; not for variant fused in host memory, which has none. On a card it has no scores and no
  /// weights.
  AttentionStages stages(const Tensor& tokens) const;
  /// Into an existing host tensor; variant fused allocates nothing after the first call of a size.
  void forward(const Tensor& tokens, Tensor& context) const;

  std::int64_t embed_dim() const;
  std::int64_t head_dim() const;
  /// [head_dim, embed_dim], as they were drawn or given, on the host.
  const Tensor& query_weight() const;
  const Tensor& key_weight() const;
  const Tensor& value_weight() const;
  /// Where and how it runs: what `to` was given; before, the device of host tensors and the defaults.
  const Device& device() const;
  const AttentionConfig& config() const;

 private:
  class Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace wattention
