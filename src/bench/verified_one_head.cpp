// SelfAttention, as verify compares it.
#include <wattention/ops.h>

#include <cmath>

#include "bench/named_inputs.h"
#include "bench/plain_attention.h"
#include "bench/verified_draw.h"

namespace wattention {
namespace {

Stages named(const AttentionStages& stages) {
  return named_stages(stages, [](const Tensor& rows) { return rows; });
}

class OneHead final : public VerifiedDraw {
 public:
  OneHead(AttentionOperands operands, DType dtype, const Device& reference)
      : operands_(std::move(operands)), dtype_(dtype), reference_(reference) {}

  Stages on_device(const Device& device, const AttentionConfig& config) const override {
    const SelfAttention attention = module().to(device, config);
    if (config.variant != Variant::fused || device.capabilities().simulated)
      return named(attention.stages(operands_.tokens));
    return {{"context", attention(operands_.tokens)}};
  }

  Stages exact() const override {
    const AttentionConfig config{
        .variant = Variant::reference, .dtype = DType::f64, .core_grid = {}, .fidelity = {}};
    return named(module().to(reference_, config).stages(operands_.tokens));
  }

  Stages plain() const override { return named(plain_attention(operands_, dtype_)); }

 private:
  SelfAttention module() const { return {operands_.query, operands_.key, operands_.value}; }

  AttentionOperands operands_;
  DType dtype_;
  Device reference_;
};

}  // namespace

VerifiedDrawPointer draw_one_head(const VerifyCase& verify_case, DType dtype,
                                  const Device& reference) {
  Generator generator(verify_case.seed);
  const auto rounded = [dtype](const Tensor& tensor) { return tensor.to(dtype).to(DType::f32); };
  const auto weight = [&] {
    return rounded(linear_weight(verify_case.embed_dim, verify_case.head_dim, generator));
  };
  AttentionOperands operands;
  operands.tokens = rounded(
      make_input(verify_case.input, verify_case.tokens, verify_case.embed_dim, verify_case.seed));
  operands.query = weight();
  operands.key = weight();
  operands.value = weight();
  return std::make_unique<OneHead>(std::move(operands), dtype, reference);
}

}  // namespace wattention
