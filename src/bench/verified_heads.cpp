// MultiHeadAttention, as verify compares it.
#include <wattention/attention.h>
#include <wattention/ops.h>

#include <cmath>
#include <limits>

#include "base/memory_room.h"
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
  Stages list;
  const auto add = [&list](std::string_view name, const Tensor& tensor) {
    if (tensor.defined()) list.push_back({name, matrix_of(tensor)});
  };
  add("query", stages.query);
  add("key", stages.key);
  add("value", stages.value);
  add("scores", stages.scores);
  add("weights", stages.weights);
  add("context", stages.context);
  add("output", stages.output);
  return list;
}

// The formula by plain ops of the device reference, which keeps its scores.
class ExactHeads {
 public:
  ExactHeads(const HeadsOperands& operands, const Device& reference)
      : operands_(operands), reference_(reference) {
    const HeadsCase& heads = operands.heads;
    const auto rows = static_cast<double>(heads.batch * heads.heads * operands.tokens.size(1));
    const auto keys = static_cast<double>(heads.past + operands.tokens.size(1));
    expect_room("verify", 3 * 8 * rows * keys, "three matrices of queries x keys for each head");
  }

  Tensor wide(const Tensor& tensor) const {
    return to_device(tensor.to(DType::f64), reference_, {.dtype = DType::f64});
  }
  Tensor project(const Tensor& tokens, const Tensor& weight, const Tensor& bias) const {
    return linear(tokens, wide(weight), wide(bias));
  }
  Tensor output(const Tensor& context) const {
    return project(context, operands_.output, operands_.output_bias);
  }
  Tensor scores(const Tensor& query, const Tensor& key) const {
    return matmul(by_heads(query, operands_.heads.heads),
                  shared(with_past(operands_.past_key, key)), {.transpose_b = true});
  }
  Tensor weights(const Tensor& scores) const {
    const std::int64_t head_dim = operands_.query.size(0) / operands_.heads.heads;
    const double root = std::sqrt(static_cast<double>(head_dim));
    if (!operands_.heads.is_causal) return softmax(divide(scores, root));
    OpAttributes attributes;
    attributes.scale = 1 / root;
    attributes.causal = true;  // a row of the mask for each query
    return scale_mask_softmax(scores, causal_mask(), attributes);
  }
  Tensor context(const Tensor& weights, const Tensor& value) const {
    return concatenate_heads(matmul(weights, shared(with_past(operands_.past_value, value))));
  }

 private:
  static Tensor by_heads(const Tensor& rows, int heads) {
    return split_heads(rows, {.heads = heads, .kv_heads = 0});
  }
  // Each head of keys as often as query heads share it.
  Tensor shared(const Tensor& rows) const {
    const int heads = operands_.heads.key_heads(), group = operands_.heads.heads / heads;
    const Tensor own = by_heads(rows, heads);
    return group == 1 ? own : repeat_interleave(own, Dims{1, group, 1, 1});
  }
  Tensor with_past(const Tensor& past, const Tensor& now) const {
    return past.defined() ? concat(std::vector{wide(past), now}, 1) : now;
  }
  Tensor causal_mask() const {
    const std::int64_t batch = operands_.tokens.size(0), tokens = operands_.tokens.size(1);
    const std::int64_t past = operands_.heads.past, keys = past + tokens;
    Tensor mask = Tensor::zeros({batch, 1, tokens, keys});
    float* row = mask.mutable_values<float>().data();
    for (std::int64_t i = 0; i < batch * tokens; ++i, row += keys)
      for (std::int64_t key = past + i % tokens + 1; key < keys; ++key)
        row[key] = -std::numeric_limits<float>::infinity();
    return wide(mask);
  }

  const HeadsOperands& operands_;
  const Device& reference_;
};

class Heads final : public VerifiedDraw {
 public:
  Heads(HeadsOperands operands, MultiHeadAttentionWeights weights, DType dtype,
        const Device& reference)
      : operands_(std::move(operands)),
        weights_(std::move(weights)),
        dtype_(dtype),
        reference_(reference) {}

  Stages on_device(const Device& device, const AttentionConfig&) const override {
    const HeadsCase& heads = operands_.heads;
    // A card, and reference, round or widen by themselves.
    const DType dtype = device.capabilities().host_memory ? dtype_ : DType::f32;
    const MultiHeadAttentionWeights weights{
        weights_.in_proj_weight.to(dtype), weights_.in_proj_bias.to(dtype),
        weights_.out_proj_weight.to(dtype), weights_.out_proj_bias.to(dtype)};
    const MultiHeadAttention attention =
        MultiHeadAttention(weights, heads.heads,
                           {.num_kv_heads = heads.key_heads(), .is_causal = heads.is_causal})
            .to(device);
    const Tensor tokens = operands_.tokens.to(dtype);
    if (heads.past == 0) return named(attention.stages(tokens));
    KeyValueCache cache(heads.batch, heads.key_heads(), heads.past + tokens.size(1),
                        attention.head_dim(), dtype);
    cache.append(operands_.past_key.to(dtype), operands_.past_value.to(dtype));
    return named(attention.stages(tokens, cache));
  }

  Stages exact() const override {
    const ExactHeads formula(operands_, reference_);
    const Tensor tokens = formula.wide(operands_.tokens);
    MultiHeadAttentionStages stages;
    stages.query = formula.project(tokens, operands_.query, operands_.query_bias);
    stages.key = formula.project(tokens, operands_.key, operands_.key_bias);
    stages.value = formula.project(tokens, operands_.value, operands_.value_bias);
    stages.scores = formula.scores(stages.query, stages.key);
    stages.weights = formula.weights(stages.scores);
    stages.context = formula.context(stages.weights, stages.value);
    stages.output = formula.output(stages.context);
    return named(stages);
  }

  Stages plain() const override { return named(plain_heads(operands_, dtype_)); }

  Stages exact_steps(const Stages& card) const override {
    const ExactHeads formula(operands_, reference_);
    const std::int64_t batch = operands_.tokens.size(0), tokens = operands_.tokens.size(1);
    const int heads = operands_.heads.heads;
    const auto rows = [&](std::string_view name) {
      const Tensor& found = *find_stage(card, name);
      return formula.wide(found).view({batch, tokens, found.size(1)});
    };
    const auto by_heads = [&](std::string_view name) {
      return formula.wide(*find_stage(card, name)).view({batch, heads, tokens, tokens});
    };
    Stages steps = exact();  // the projections' operands are exact
    for (auto& [name, values] : steps) {
      if (name == "scores")
        values = matrix_of(formula.scores(rows("query"), rows("key")));
      else if (name == "weights")
        values = matrix_of(formula.weights(by_heads("scores")));
      else if (name == "context")
        values = matrix_of(formula.context(by_heads("weights"), rows("value")));
      else if (name == "output")
        values = matrix_of(formula.output(rows("context")));
    }
    return steps;
  }

 private:
  HeadsOperands operands_;
  MultiHeadAttentionWeights weights_;
  DType dtype_;
  Device reference_;
};

Tensor rows_of(const Tensor& tensor, std::int64_t begin, std::int64_t count) {
  const int first = static_cast<int>(begin), end = static_cast<int>(begin + count);
  if (tensor.rank() == 1) return slice(tensor, Dims{first}, Dims{end});
  return slice(tensor, Dims{first, 0}, Dims{end, static_cast<int>(tensor.size(1))});
}

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
  const std::int64_t kv_width = embed_dim / heads.heads * heads.key_heads();
  const auto part = [&](const Tensor& tensor, int which) {
    if (which == 0) return rows_of(tensor, 0, embed_dim);
    return rows_of(tensor, embed_dim + (which - 1) * kv_width, kv_width);
  };
  const std::int64_t rows = heads.past + verify_case.tokens;
  const Tensor all =
      rounded(make_input(verify_case.input, heads.batch * rows, embed_dim, verify_case.seed))
          .view({heads.batch, rows, embed_dim});
  HeadsOperands operands{.heads = heads,
                         .tokens = tokens_of(all, heads.past, rows),
                         .past_key = {},
                         .past_value = {},
                         .query = part(weights.in_proj_weight, 0),
                         .key = part(weights.in_proj_weight, 1),
                         .value = part(weights.in_proj_weight, 2),
                         .query_bias = part(weights.in_proj_bias, 0),
                         .key_bias = part(weights.in_proj_bias, 1),
                         .value_bias = part(weights.in_proj_bias, 2),
                         .output = weights.out_proj_weight,
                         .output_bias = weights.out_proj_bias};
  if (heads.past > 0) {  // what a cache would hold of the tokens before
    const Tensor past = tokens_of(all, 0, heads.past);
    operands.past_key = rounded(linear(past, operands.key, operands.key_bias));
    operands.past_value = rounded(linear(past, operands.value, operands.value_bias));
  }
  return std::make_unique<Heads>(std::move(operands), std::move(weights), dtype, reference);
}

}  // namespace wattention
