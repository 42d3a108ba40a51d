// Attention with heads as TT-NN programs build it: one projection, heads, and either two batched products with softmax
// between them, or the release's fused op.
#include <wattention/multi_head_attention.h>

#include <cmath>
#include <limits>

#include "base/fail.h"
#include "device/value_less.h"

namespace wattention {
namespace {

// -inf where a token does not see another. Beside tokens without values (shape mode) it has none: it could be larger
// than this machine's memory.
Tensor causal_mask(const Tensor& tokens) {
  const std::int64_t batch = tokens.size(0), count = tokens.size(1);
  const Shape shape{batch, 1, count, count};
  if (!tokens.on_host()) return value_less(shape, DType::f32);
  Tensor mask = Tensor::zeros(shape);
  float* rows = mask.mutable_values<float>().data();
  for (std::int64_t row = 0; row < batch * count; ++row)
    for (std::int64_t key = row % count + 1; key < count; ++key)
      rows[row * count + key] = -std::numeric_limits<float>::infinity();
  return mask;
}

Tensor columns_of(const Tensor& rows, std::int64_t begin, std::int64_t count) {
  return slice(rows, Dims{0, 0, static_cast<int>(begin)},
               Dims{static_cast<int>(rows.size(0)), static_cast<int>(rows.size(1)),
                    static_cast<int>(begin + count)});
}

}  // namespace

Tensor MultiHeadAttention::attend_by_ops(const Tensor& fused, const Tensor& mask,
                                         MultiHeadAttentionStages* stages) const {
  const int group = num_heads_ / num_kv_heads_;
  const auto heads = [&](HeadSplit::Part part) {
    const bool is_key = part == HeadSplit::Part::key, is_query = part == HeadSplit::Part::query;
    const Tensor own = split_heads(
        fused,
        {.heads = num_heads_, .kv_heads = num_kv_heads_, .part = part, .transposed = is_key});
    return is_query || group == 1 ? own : repeat_interleave(own, Dims{1, group, 1, 1});
  };
  const Tensor scores = matmul(heads(HeadSplit::Part::query), heads(HeadSplit::Part::key));
  const double scale = 1 / std::sqrt(static_cast<double>(head_dim()));
  OpAttributes with_mask;
  with_mask.scale = scale;
  with_mask.causal = true;    // a row of the mask for each query
  with_mask.in_place = true;  // of a new tensor later releases ask for a mask of one row
  if (stages) stages->scores = to_host(scores);
  const Tensor weights = mask.defined() ? scale_mask_softmax(scores, mask, with_mask)
                                        : softmax(multiply(scores, scale));
  Tensor context = concatenate_heads(matmul(weights, heads(HeadSplit::Part::value)));
  if (stages) stages->weights = to_host(weights);
  return context;
}

Tensor MultiHeadAttention::attend_fused(const Tensor& fused) const {
  const auto heads = [&](HeadSplit::Part part) {
    return split_heads(fused, {.heads = num_heads_, .kv_heads = num_kv_heads_, .part = part});
  };
  return concatenate_heads(
      scaled_dot_product_attention(heads(HeadSplit::Part::query), heads(HeadSplit::Part::key),
                                   heads(HeadSplit::Part::value), {.is_causal = is_causal_}));
}

Tensor MultiHeadAttention::attend_on_card(const Tensor& tokens, const Tensor& mask,
                                          MultiHeadAttentionStages* stages) const {
  if (mask.defined())
    fail(ErrorKind::unsupported,
         "[multi_head_attention] expected is_causal or no mask on {}; found a mask",
         device_->name());
  Tensor hidden;
  if (is_causal_ && !fused_on_card_) hidden = to_device(causal_mask(tokens), *device_);
  const Tensor fused = linear(to_device(tokens, *device_), in_.weight, in_.bias);
  const Tensor context =
      fused_on_card_ ? attend_fused(fused) : attend_by_ops(fused, hidden, stages);
  Tensor output = to_host(project(out_, context));
  if (stages) {
    const Tensor rows = to_host(fused);
    const std::int64_t keys = head_dim() * num_kv_heads_;
    stages->query = columns_of(rows, 0, embed_dim());
    stages->key = columns_of(rows, embed_dim(), keys);
    stages->value = columns_of(rows, embed_dim() + keys, keys);
    stages->context = to_host(context);
    stages->output = output;
  }
  return output;
}

}  // namespace wattention
