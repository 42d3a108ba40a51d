#include "base/fail.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

class FusedVariant final : public AttentionVariant {
 public:
  FusedVariant(const AttentionWeights& weights, const Device& device, const AttentionConfig& config)
      : dtype_(config.dtype.value_or(DType::f32)),
        attention_(weights.query.to(dtype_), weights.key.to(dtype_), weights.value.to(dtype_),
                   device, {.fold_projections = config.fold_projections}) {}

  AttentionStages stages(const Tensor&) const override {
    fail(ErrorKind::unsupported,
         "[attention] expected a variant that keeps its stages (reference, naive, resident); found "
         "fused");
  }
  Tensor context(const Tensor& tokens) const override { return attention_(narrowed(tokens)); }
  void context_into(const Tensor& tokens, Tensor& out) const override {
    attention_.forward(narrowed(tokens), out);
  }

 private:
  // The device rounds f32 and bf16 itself; other variants take f64, too.
  Tensor narrowed(const Tensor& tokens) const {
    return tokens.dtype() == DType::f64 ? tokens.to(dtype_) : tokens;
  }

  DType dtype_;
  FusedAttention attention_;
};

}  // namespace

VariantPointer make_fused_variant(const AttentionWeights& weights, const Device& device,
                                  const AttentionConfig& config) {
  if (device.capabilities().simulated) return make_fused_on_card(weights, device, config);
  return std::make_unique<FusedVariant>(weights, device, config);
}

}  // namespace wattention
