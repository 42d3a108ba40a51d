// Variant fused on a card: weights on it once, projections, and the release's scaled_dot_product_attention.
#include <wattention/attention.h>

#include "base/fail.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

class FusedOnCard final : public AttentionVariant {
 public:
  FusedOnCard(const AttentionWeights& weights, const Device& device, const AttentionConfig& config)
      : device_(device),
        dtype_(config.dtype.value_or(device.capabilities().computes_in)),
        query_(send(weights.query, config)),
        key_(send(weights.key, config)),
        value_(send(weights.value, config)),
        how_{.core_grid = config.core_grid.value_or(CoreGrid{8, 8}), .fidelity = config.fidelity} {}

  /// Scores and weights never exist.
  AttentionStages stages(const Tensor& tokens) const override { return run(tokens, true); }
  Tensor context(const Tensor& tokens) const override { return run(tokens, false).context; }
  void context_into(const Tensor& tokens, Tensor& out) const override {
    copy_context(context(tokens), out);
  }

 private:
  AttentionStages run(const Tensor& tokens, bool read_all) const {
    const Tensor x = to_device(tokens, device_, {.dtype = dtype_});
    const Tensor query = linear(x, query_, how_), key = linear(x, key_, how_),
                 value = linear(x, value_, how_);
    const Tensor context = scaled_dot_product_attention(
        one_head(query), one_head(key), one_head(value), {.how = {.fidelity = how_.fidelity}});
    const Tensor rows = to_host(reshape(context, query.shape()));
    if (!read_all) return {.context = rows};
    return {.query = to_host(query), .key = to_host(key), .value = to_host(value), .context = rows};
  }

  static Tensor one_head(const Tensor& rows) {
    return reshape(rows, {1, 1, rows.size(0), rows.size(1)});
  }

  Tensor send(const Tensor& weight, const AttentionConfig& config) const {
    return to_device(weight, device_,
                     {.memory = config.weights.value_or(Memory::l1), .dtype = dtype_});
  }

  Device device_;
  DType dtype_;
  Tensor query_, key_, value_;
  OpAttributes how_;
};

}  // namespace

VariantPointer make_fused_on_card(const AttentionWeights& weights, const Device& device,
                                  const AttentionConfig& config) {
  if (config.fold_projections)
    fail(ErrorKind::unsupported, "[attention] expected no fold_projections on {}; found it",
         device.name());
  return std::make_unique<FusedOnCard>(weights, device, config);
}

}  // namespace wattention
