#include "bench/exact_heads.h"

#include <wattention/ops.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/memory_room.h"

namespace wattention {
namespace {

Tensor by_heads(const Tensor& rows, int heads) {
  return split_heads(rows, {.heads = heads, .kv_heads = 0});
}

}  // namespace

ExactHeads::ExactHeads(const HeadsOperands& operands, const Device& reference)
    : operands_(operands), reference_(reference) {
  const HeadsCase& heads = operands.heads;
  const auto rows = static_cast<double>(heads.batch * heads.heads * operands.tokens.size(1));
  const auto keys = static_cast<double>(heads.past + operands.tokens.size(1));
  expect_room("attention", 3 * 8 * rows * keys, "three matrices of queries x keys for each head");
}

MultiHeadAttentionStages ExactHeads::stages() const {
  const Tensor tokens = wide(operands_.tokens);
  MultiHeadAttentionStages stages;
  stages.query = project(tokens, operands_.query, operands_.query_bias);
  stages.key = project(tokens, operands_.key, operands_.key_bias);
  stages.value = project(tokens, operands_.value, operands_.value_bias);
  stages.scores = scores(stages.query, stages.key);
  stages.weights = weights(stages.scores);
  stages.context = context(stages.weights, stages.value);
  stages.output = output(stages.context);
  return stages;
}

Tensor ExactHeads::scores(const Tensor& query, const Tensor& key) const {
  return matmul(by_heads(query, operands_.heads.heads), shared(with_past(operands_.past_key, key)),
                {.transpose_b = true});
}

Tensor ExactHeads::weights(const Tensor& scores) const {
  const std::int64_t head_dim = operands_.query.size(0) / operands_.heads.heads;
  const double root = std::sqrt(static_cast<double>(head_dim));
  if (!operands_.heads.is_causal) return softmax(divide(scores, root));
  OpAttributes attributes;
  attributes.scale = 1 / root;
  attributes.causal = true;  // a row of the mask for each query
  return scale_mask_softmax(scores, causal_mask(), attributes);
}

Tensor ExactHeads::context(const Tensor& weights, const Tensor& value) const {
  return concatenate_heads(matmul(weights, shared(with_past(operands_.past_value, value))));
}

Tensor ExactHeads::output(const Tensor& context) const {
  return project(context, operands_.output, operands_.output_bias);
}

Tensor ExactHeads::wide(const Tensor& tensor) const {
  return to_device(tensor.to(DType::f64), reference_, {.dtype = DType::f64});
}

Tensor ExactHeads::project(const Tensor& tokens, const Tensor& weight, const Tensor& bias) const {
  return linear(tokens, wide(weight), wide(bias));
}

// Each head of keys as often as query heads share it.
Tensor ExactHeads::shared(const Tensor& rows) const {
  const int heads = operands_.heads.key_heads(), group = operands_.heads.heads / heads;
  const Tensor own = by_heads(rows, heads);
  return group == 1 ? own : repeat_interleave(own, Dims{1, group, 1, 1});
}

Tensor ExactHeads::with_past(const Tensor& past, const Tensor& now) const {
  return past.defined() ? concat(std::vector{wide(past), now}, 1) : now;
}

Tensor ExactHeads::causal_mask() const {
  const std::int64_t batch = operands_.tokens.size(0), tokens = operands_.tokens.size(1);
  const std::int64_t past = operands_.heads.past, keys = past + tokens;
  Tensor mask = Tensor::zeros({batch, 1, tokens, keys});
  float* row = mask.mutable_values<float>().data();
  for (std::int64_t i = 0; i < batch * tokens; ++i, row += keys)
    for (std::int64_t key = past + i % tokens + 1; key < keys; ++key)
      row[key] = -std::numeric_limits<float>::infinity();
  return wide(mask);
}

}  // namespace wattention
