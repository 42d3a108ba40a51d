#pragma once
// Attention with heads as a module: torch's nn.MultiheadAttention, for inference.
#include <wattention/attention.h>
#include <wattention/device.h>
#include <wattention/nn.h>
#include <wattention/random.h>
#include <wattention/safetensors.h>

#include <functional>
#include <optional>
#include <string_view>

namespace wattention {

/// As nn.MultiheadAttention keeps them; an undefined bias is none. In rows of in_proj come all query heads, all key
/// heads, all value heads.
struct MultiHeadAttentionWeights {
  Tensor in_proj_weight = {};   ///< [(num_heads + 2 num_kv_heads) * head_dim, embed_dim]
  Tensor in_proj_bias = {};     ///< [(num_heads + 2 num_kv_heads) * head_dim]
  Tensor out_proj_weight = {};  ///< [embed_dim, embed_dim]
  Tensor out_proj_bias = {};    ///< [embed_dim]
};

/// Those called PREFIXin_proj_weight, PREFIXin_proj_bias, PREFIXout_proj.weight and PREFIXout_proj.bias, as torch's
/// state_dict names them. Throws Error{bad_input} where a weight is missing; biases may be. bias_k and bias_v, which
/// torch's add_bias_kv makes, are refused.
MultiHeadAttentionWeights multi_head_attention_weights(const NamedTensors& tensors,
                                                       std::string_view prefix = "");

struct MultiHeadAttentionOptions {
  std::optional<int> num_kv_heads = std::nullopt;  ///< unset: num_heads
  bool bias = true;                                ///< of drawn weights
  bool is_causal = false;
};

/// What a forward computes on its way; all on the host, with a batch in front. Heads lie side by side in a row.
struct MultiHeadAttentionStages {
  Tensor query = {};    ///< [batch, T, embed_dim]
  Tensor key = {};      ///< [batch, T, num_kv_heads * head_dim], of the forward's own tokens
  Tensor value = {};    ///< as the key
  Tensor scores = {};   ///< [batch, num_heads, T, T], before scaling; on a card only
  Tensor weights = {};  ///< as the scores, whose rows sum to about 1
  Tensor context = {};  ///< [batch, T, embed_dim]
  Tensor output = {};   ///< [batch, T, embed_dim], which the forward returns
};

/// query [batch, S, heads * head_dim], key and value [batch, T, kv_heads * head_dim] -> the context, as the query lies.
using AttentionFunction =
    std::function<Tensor(const Tensor& query, const Tensor& key, const Tensor& value,
                         const ScaledDotProductAttentionOptions& options)>;

/// context = softmax(q k^T / sqrt(head_dim)) v by heads, between two projections.
class MultiHeadAttention {
 public:
  /// Draws the weights as nn.MultiheadAttention does; biases are 0.
  MultiHeadAttention(std::int64_t embed_dim, int num_heads,
                     const MultiHeadAttentionOptions& options, Generator& generator);
  /// Shares the weights' memory. Throws Error{bad_input} where they do not fit.
  MultiHeadAttention(MultiHeadAttentionWeights weights, int num_heads,
                     const MultiHeadAttentionOptions& options = {});

  /// The same module on a device; its weights move there once. The software card takes one tensor of tokens, causal or
  /// not. Variant resident, its usual one, builds attention from matmul, scale_mask_softmax and matmul, as TT-NN
  /// programs build it; fused is the release's own scaled_dot_product_attention, where it has one. Other devices have
  /// one way, and take no variant: Error{unsupported}.
  MultiHeadAttention to(const Device& device, std::optional<Variant> variant = std::nullopt) const;

  /// tokens [batch, T, embed_dim] or [T, embed_dim] on the host -> the same shape on the host. The mask as in
  /// ScaledDotProductAttentionOptions: 1 where a token is seen, the opposite of torch's module.
  Tensor operator()(const Tensor& tokens, const Tensor& mask = {}) const;
  /// query [batch, S, embed_dim], key and value [batch, T, embed_dim] -> [batch, S, embed_dim].
  Tensor operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                    const Tensor& mask = {}) const;
  /// tokens [batch, T, embed_dim] whose context another computes, as the ranks of a cluster together do.
  Tensor forward_with(const AttentionFunction& attend, const Tensor& tokens) const;
  /// The tokens that follow those in the cache, which gets theirs: nothing of the others is computed again.
  Tensor operator()(const Tensor& tokens, KeyValueCache& cache) const;
  /// The same forwards with every stage.
  MultiHeadAttentionStages stages(const Tensor& tokens) const;
  MultiHeadAttentionStages stages(const Tensor& tokens, KeyValueCache& cache) const;

  std::int64_t embed_dim() const { return weights_.in_proj_weight.size(1); }
  std::int64_t head_dim() const { return embed_dim() / num_heads_; }
  int num_heads() const { return num_heads_; }
  int num_kv_heads() const { return num_kv_heads_; }
  bool is_causal() const { return is_causal_; }
  const MultiHeadAttentionWeights& weights() const { return weights_; }

 private:
  struct Projection {
    Tensor weight = {}, bias = {};
  };
  Tensor project(const Projection& projection, const Tensor& tokens) const;
  // Each of these returns the output, in `stages` also what led to it, where someone asks for that.
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                MultiHeadAttentionStages* stages) const;
  Tensor attend_with_cache(const Tensor& tokens, KeyValueCache& cache,
                           MultiHeadAttentionStages* stages) const;
  Tensor attend_on_card(const Tensor& tokens, const Tensor& mask,
                        MultiHeadAttentionStages* stages) const;
  Tensor attend_by_ops(const Tensor& fused, const Tensor& mask,
                       MultiHeadAttentionStages* stages) const;
  Tensor attend_fused(const Tensor& fused) const;
  bool is_on_card() const { return device_ && device_->capabilities().simulated; }
  void expect_tokens(const Tensor& tokens, std::string_view name) const;
  Tensor there(const Tensor& tensor) const;

  MultiHeadAttentionWeights weights_;
  int num_heads_, num_kv_heads_;
  bool is_causal_;
  std::optional<Device> device_;
  bool fused_on_card_ = false;
  Projection in_, query_, key_, value_, out_;  ///< in_: of a card, all three at once
};

}  // namespace wattention
