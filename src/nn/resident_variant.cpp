#include <cmath>

#include "nn/attention_impl.h"

namespace wattention {
namespace {

// As an optimized port to TT-NN has it: weights on the card once (in L1, unless asked otherwise), tokens in,
// context out, a core grid on every matmul. The order of the calls decides which programs the cache holds.
class ResidentVariant final : public StagedVariant {
 public:
  ResidentVariant(const AttentionWeights& weights, const Device& device,
                  const AttentionConfig& config)
      : there_(weights, device, config),
        scale_(1.0 / std::sqrt(static_cast<double>(weights.head_dim()))) {}

 private:
  AttentionStages run(const Tensor& tokens, bool read_all) const override {
    const OpAttributes& how = there_.products;
    const Tensor x = there_.send(tokens);
    const Tensor query = linear(x, there_.query, how);
    const Tensor value = linear(x, there_.value, how);
    const Tensor key = linear(x, there_.key, how);
    const Tensor scores = matmul(query, transpose(key), how);
    const Tensor weights = softmax(multiply(scores, scale_));
    const Tensor context = matmul(weights, value, how);
    if (!read_all) return {.context = to_host(context)};
    return {to_host(query),  to_host(key),     to_host(value),
            to_host(scores), to_host(weights), to_host(context)};
  }

  WeightsThere there_;
  double scale_;
};

}  // namespace

VariantPointer make_resident_variant(const AttentionWeights& weights, const Device& device,
                                     const AttentionConfig& config) {
  expect_own_memory(device, Variant::resident);
  return std::make_unique<ResidentVariant>(weights, device, config);
}

}  // namespace wattention
