// MultiHeadAttention, as verify compares it.
#include <wattention/attention.h>
#include <wattention/ops.h>

#include "bench/exact_heads.h"
#include "bench/named_inputs.h"
#include "bench/plain_heads.h"
#include "bench/verified_draw.h"

namespace wattention {
namespace {

Tensor matrix_of(const Tensor& tensor) {
  const std::int64_t columns = tensor.size(-1);
  return to_host(tensor).view({tensor.numel() / columns, columns});
}

Stages named(const MultiHeadAttentionStages& stages) {
  return named_stages(stages, matrix_of);
}

class Heads final : public VerifiedDraw {
 public:
  Heads(HeadsOperands operands, MultiHeadAttentionWeights weights, DType dtype,
        const Device& reference)
      : operands_(std::move(operands)),
        weights_(std::move(weights)),
        dtype_(dtype),
        reference_(reference) {}

  Stages on_device(const Device& device, const AttentionConfig& config) const override {
    const HeadsCase& heads = operands_.heads;
    // A card, and reference, round or widen by themselves.
    const DType dtype = device.capabilities().host_memory ? dtype_ : DType::f32;
    const MultiHeadAttentionWeights weights{
        weights_.in_proj_weight.to(dtype), weights_.in_proj_bias.to(dtype),
        weights_.out_proj_weight.to(dtype), weights_.out_proj_bias.to(dtype)};
    const MultiHeadAttention attention =
        MultiHeadAttention(weights, heads.heads,
                           {.num_kv_heads = heads.key_heads(), .is_causal = heads.is_causal})
            .to(device,
                device.capabilities().simulated ? std::optional(config.variant) : std::nullopt);
    const Tensor tokens = operands_.tokens.to(dtype);
    if (heads.past == 0) return named(attention.stages(tokens));
    KeyValueCache cache(heads.batch, heads.key_heads(), heads.past + tokens.size(1),
                        attention.head_dim(), dtype);
    cache.append(operands_.past_key.to(dtype), operands_.past_value.to(dtype));
    return named(attention.stages(tokens, cache));
  }

  Stages exact() const override { return named(ExactHeads(operands_, reference_).stages()); }

  Stages plain() const override { return named(plain_heads(operands_, dtype_)); }

 private:
  HeadsOperands operands_;
  MultiHeadAttentionWeights weights_;
  DType dtype_;
  Device reference_;
};

// Rows [begin, end) of each batch.
Tensor tokens_of(const Tensor& all, std::int64_t begin, std::int64_t end) {
  return slice(
      all, Dims{0, static_cast<int>(begin), 0},
      Dims{static_cast<int>(all.size(0)), static_cast<int>(end), static_cast<int>(all.size(2))});
}

}  // namespace

VerifiedDrawPointer draw_heads(const VerifyCase& verify_case, DType dtype,
                               const Device& reference) {
  const HeadsCase& heads = verify_case.heads;
  const std::int64_t embed_dim = verify_case.embed_dim;
  const auto rounded = [dtype](const Tensor& tensor) { return tensor.to(dtype).to(DType::f32); };
  Generator generator(verify_case.seed);
  MultiHeadAttentionWeights weights =
      MultiHeadAttention(embed_dim, heads.heads, {.num_kv_heads = heads.key_heads()}, generator)
          .weights();
  // A fresh module's biases are 0, which would hide how they are added.
  for (Tensor* bias : {&weights.in_proj_bias, &weights.out_proj_bias})
    generator.uniform(bias->mutable_values<float>(), -1, 1);
  for (Tensor* tensor : {&weights.in_proj_weight, &weights.in_proj_bias, &weights.out_proj_weight,
                         &weights.out_proj_bias})
    *tensor = rounded(*tensor);
  const std::int64_t rows = heads.past + verify_case.tokens;
  const Tensor all =
      rounded(make_input(verify_case.input, heads.batch * rows, embed_dim, verify_case.seed))
          .view({heads.batch, rows, embed_dim});
  HeadsOperands operands = operands_of(heads, weights);
  operands.tokens = tokens_of(all, heads.past, rows);
  if (heads.past > 0) {  // what a cache would hold of the tokens before
    const Tensor past = tokens_of(all, 0, heads.past);
    operands.past_key = rounded(linear(past, operands.key, operands.key_bias));
    operands.past_value = rounded(linear(past, operands.value, operands.value_bias));
  }
  return std::make_unique<Heads>(std::move(operands), std::move(weights), dtype, reference);
}

}  // namespace wattention
