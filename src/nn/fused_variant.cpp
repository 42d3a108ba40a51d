#include "base/fail.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

class FusedVariant final : public AttentionVariant {
 public:
  FusedVariant(const AttentionWeights& weights, const Device& device, const AttentionConfig& config)
      : FusedVariant(weights, device, config.dtype.value_or(DType::f32),
                     {.fold_projections = config.fold_projections}) {}

  AttentionStages stages(const Tensor&) const override {
    fail(ErrorKind::unsupported,
         "[attention] expected a variant that keeps its stages (reference, naive, resident); found "
         "fused");
  }
  Tensor context(const Tensor& tokens) const override { return attention_(tokens); }
  void context_into(const Tensor& tokens, Tensor& out) const override {
    attention_.forward(tokens, out);
  }

 private:
  FusedVariant(const AttentionWeights& weights, const Device& device, DType dtype,
               const AttentionOptions& options)
      : attention_(weights.query.to(dtype), weights.key.to(dtype), weights.value.to(dtype), device,
                   options) {}

  FusedAttention attention_;
};

}  // namespace

VariantPointer make_fused_variant(const AttentionWeights& weights, const Device& device,
                                  const AttentionConfig& config) {
  return std::make_unique<FusedVariant>(weights, device, config);
}

}  // namespace wattention
