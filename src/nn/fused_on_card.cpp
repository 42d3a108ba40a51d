// Variant fused on a card: weights on it once, projections, and the release's scaled_dot_product_attention.
#include <wattention/attention.h>

#include "base/fail.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

class FusedOnCard final : public StagedVariant {
 public:
  FusedOnCard(const AttentionWeights& weights, const Device& device, const AttentionConfig& config)
      : there_(weights, device, config) {}

 private:
  // Scores and weights never exist.
  AttentionStages run(const Tensor& tokens, bool read_all) const override {
    const OpAttributes& how = there_.products;
    const Tensor x = there_.send(tokens);
    const Tensor query = linear(x, there_.query, how), key = linear(x, there_.key, how),
                 value = linear(x, there_.value, how);
    const Tensor context = scaled_dot_product_attention(
        one_head(query), one_head(key), one_head(value), {.how = {.fidelity = how.fidelity}});
    const Tensor rows = to_host(reshape(context, query.shape()));
    if (!read_all) return {.context = rows};
    return {.query = to_host(query), .key = to_host(key), .value = to_host(value), .context = rows};
  }

  static Tensor one_head(const Tensor& rows) {
    return reshape(rows, {1, 1, rows.size(0), rows.size(1)});
  }

  WeightsThere there_;
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
