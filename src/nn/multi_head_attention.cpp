#include <wattention/multi_head_attention.h>

#include <cmath>
#include <utility>

#include "base/fail.h"
#include "tensor/shape_formatter.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

// Rows [begin, begin + count) of a matrix or a vector, in its own memory.
Tensor rows_of(const Tensor& tensor, std::int64_t begin, std::int64_t count) {
  const std::int64_t width = tensor.rank() == 2 ? tensor.size(1) : 1;
  std::byte* at = tensor.storage()->host_bytes() +
                  begin * width * static_cast<std::int64_t>(size_of(tensor.dtype()));
  const Shape shape = tensor.rank() == 2 ? Shape{count, width} : Shape{count};
  return Tensor::borrow(at, shape, tensor.dtype(), tensor.storage());
}

void expect_weights(const MultiHeadAttentionWeights& weights, std::int64_t rows,
                    std::int64_t embed_dim) {
  const auto expect_shape = [](const Tensor& tensor, std::string_view name, const Shape& shape) {
    expect(tensor.defined() && tensor.on_host() && tensor.shape() == shape,
           "[multi_head_attention] expected {} {} on the host; found {}", name, shape,
           tensor.defined() ? tensor.shape() : Shape{});
  };
  expect_shape(weights.in_proj_weight, "in_proj_weight", {rows, embed_dim});
  if (weights.in_proj_bias.defined()) expect_shape(weights.in_proj_bias, "in_proj_bias", {rows});
  expect_shape(weights.out_proj_weight, "out_proj_weight", {embed_dim, embed_dim});
  if (weights.out_proj_bias.defined())
    expect_shape(weights.out_proj_bias, "out_proj_bias", {embed_dim});
  for (const Tensor* tensor :
       {&weights.in_proj_bias, &weights.out_proj_weight, &weights.out_proj_bias})
    expect(!tensor->defined() || tensor->dtype() == weights.in_proj_weight.dtype(),
           "[multi_head_attention] expected weights of one dtype; found {} and {}",
           to_string(weights.in_proj_weight.dtype()), to_string(tensor->dtype()));
}

std::int64_t rows_of_projection(std::int64_t embed_dim, int num_heads,
                                const MultiHeadAttentionOptions& options) {
  const int num_kv_heads = options.num_kv_heads.value_or(num_heads);
  expect(num_heads >= 1 && embed_dim >= 1 && embed_dim % num_heads == 0,
         "[multi_head_attention] expected an embed_dim that is a multiple of num_heads; found {} "
         "and {}",
         embed_dim, num_heads);
  expect(num_kv_heads >= 1 && num_heads % num_kv_heads == 0,
         "[multi_head_attention] expected num_heads that are a multiple of num_kv_heads; found {} "
         "and {}",
         num_heads, num_kv_heads);
  return embed_dim / num_heads * (num_heads + 2 * std::int64_t{num_kv_heads});
}

// torch's order: the output's Linear with its bias, which becomes 0, then xavier_uniform_ of the rest.
MultiHeadAttentionWeights draw(std::int64_t embed_dim, std::int64_t rows, bool bias,
                               Generator& generator) {
  MultiHeadAttentionWeights weights;
  weights.out_proj_weight = linear_weight(embed_dim, embed_dim, generator);
  if (bias) {
    weights.out_proj_bias = Tensor::empty({embed_dim});
    const double bound = 1 / std::sqrt(static_cast<double>(embed_dim));
    generator.uniform(weights.out_proj_bias.mutable_values<float>(), -bound, bound);
    weights.out_proj_bias = Tensor::zeros({embed_dim});
    weights.in_proj_bias = Tensor::zeros({rows});
  }
  weights.in_proj_weight = Tensor::empty({rows, embed_dim});
  const double deviation = std::sqrt(2.0 / static_cast<double>(embed_dim + rows));
  const double bound = std::sqrt(3.0) * deviation;
  generator.uniform(weights.in_proj_weight.mutable_values<float>(), -bound, bound);
  return weights;
}

// [T, embed_dim] as one batch.
Tensor batched(const Tensor& tokens) {
  return tokens.rank() == 3 ? tokens : tokens.view({1, tokens.size(0), tokens.size(1)});
}

const Tensor* find(const NamedTensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}

}  // namespace

MultiHeadAttentionWeights multi_head_attention_weights(const NamedTensors& tensors,
                                                       std::string_view prefix) {
  const auto named = [&](std::string_view name, bool required) {
    const Tensor* tensor = find(tensors, std::string(prefix) + std::string(name));
    expect(tensor != nullptr || !required,
           "[multi_head_attention] expected a tensor called {}{}; found none among {}", prefix,
           name, tensors.size());
    return tensor ? *tensor : Tensor();
  };
  for (const std::string_view other : {"bias_k", "bias_v"})
    if (find(tensors, std::string(prefix) + std::string(other)) != nullptr)
      fail(ErrorKind::unsupported, "[multi_head_attention] expected no {}{}; found it", prefix,
           other);
  return {.in_proj_weight = named("in_proj_weight", true),
          .in_proj_bias = named("in_proj_bias", false),
          .out_proj_weight = named("out_proj.weight", true),
          .out_proj_bias = named("out_proj.bias", false)};
}

MultiHeadAttention::MultiHeadAttention(std::int64_t embed_dim, int num_heads,
                                       const MultiHeadAttentionOptions& options,
                                       Generator& generator)
    : MultiHeadAttention(draw(embed_dim, rows_of_projection(embed_dim, num_heads, options),
                              options.bias, generator),
                         num_heads, options) {}

MultiHeadAttention::MultiHeadAttention(MultiHeadAttentionWeights weights, int num_heads,
                                       const MultiHeadAttentionOptions& options)
    : weights_(std::move(weights)),
      num_heads_(num_heads),
      num_kv_heads_(options.num_kv_heads.value_or(num_heads)),
      is_causal_(options.is_causal) {
  expect(weights_.in_proj_weight.defined() && weights_.in_proj_weight.rank() == 2,
         "[multi_head_attention] expected in_proj_weight [rows, embed_dim]; found {}",
         weights_.in_proj_weight.defined() ? weights_.in_proj_weight.shape() : Shape{});
  const std::int64_t rows = rows_of_projection(embed_dim(), num_heads, options);
  expect_weights(weights_, rows, embed_dim());
  const std::int64_t kv_rows = head_dim() * num_kv_heads_;
  std::int64_t begin = 0;
  for (Projection* part : {&query_, &key_, &value_}) {
    const std::int64_t count = part == &query_ ? embed_dim() : kv_rows;
    part->weight = rows_of(weights_.in_proj_weight, begin, count);
    if (weights_.in_proj_bias.defined()) part->bias = rows_of(weights_.in_proj_bias, begin, count);
    begin += count;
  }
  out_ = {weights_.out_proj_weight, weights_.out_proj_bias};
}

MultiHeadAttention MultiHeadAttention::to(const Device& device,
                                          std::optional<Variant> variant) const {
  const bool on_card = device.capabilities().simulated;
  const bool is_known = variant == Variant::resident || variant == Variant::fused;
  if (variant && !(on_card && is_known))
    fail(ErrorKind::unsupported, "[multi_head_attention] expected {} on {}; found {}",
         on_card ? "variant resident or fused" : "no variant", device.name(), to_string(*variant));
  MultiHeadAttention moved(weights_, num_heads_,
                           {.num_kv_heads = num_kv_heads_, .is_causal = is_causal_});
  moved.in_ = {weights_.in_proj_weight, weights_.in_proj_bias};
  for (Projection* part : {&moved.in_, &moved.query_, &moved.key_, &moved.value_, &moved.out_}) {
    part->weight = to_device(part->weight, device);
    if (part->bias.defined()) part->bias = to_device(part->bias, device);
  }
  moved.device_ = device;
  moved.fused_on_card_ = variant == Variant::fused;
  return moved;
}

Tensor MultiHeadAttention::project(const Projection& projection, const Tensor& tokens) const {
  return linear(tokens, projection.weight, projection.bias);
}

void MultiHeadAttention::expect_tokens(const Tensor& tokens, std::string_view name) const {
  expect(tokens.defined() && (tokens.rank() == 2 || tokens.rank() == 3) &&
             tokens.size(-1) == embed_dim(),
         "[multi_head_attention] expected {} [batch, tokens, {}] or [tokens, {}]; found {}", name,
         embed_dim(), embed_dim(), tokens.defined() ? tokens.shape() : Shape{});
}

Tensor MultiHeadAttention::there(const Tensor& tensor) const {
  return tensor.defined() && device_ ? to_device(tensor, *device_) : tensor;
}

Tensor MultiHeadAttention::operator()(const Tensor& tokens, const Tensor& mask) const {
  return (*this)(tokens, tokens, tokens, mask);
}

Tensor MultiHeadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const Tensor& mask) const {
  expect_tokens(query, "query");
  expect_tokens(key, "key");
  expect_tokens(value, "value");
  const bool same = query.storage() == key.storage() && key.storage() == value.storage() &&
                    query.shape() == key.shape() && key.shape() == value.shape();
  if (is_on_card() && !same)
    fail(ErrorKind::unsupported,
         "[multi_head_attention] expected one tensor as query, key and value on {}; found several",
         device_->name());
  const Tensor out = is_on_card()
                         ? attend_on_card(batched(query), mask, nullptr)
                         : attend(batched(query), batched(key), batched(value), mask, nullptr);
  return query.rank() == 3 ? out : out.view({query.size(0), embed_dim()});
}

Tensor MultiHeadAttention::attend(const Tensor& tokens_of_query, const Tensor& tokens_of_key,
                                  const Tensor& tokens_of_value, const Tensor& mask,
                                  MultiHeadAttentionStages* stages) const {
  const Tensor query = project(query_, there(tokens_of_query)),
               key = project(key_, there(tokens_of_key)),
               value = project(value_, there(tokens_of_value));
  const Tensor context = scaled_dot_product_attention(query, key, value,
                                                      {.is_causal = is_causal_,
                                                       .mask = there(mask),
                                                       .heads = num_heads_,
                                                       .kv_heads = num_kv_heads_});
  Tensor output = to_host(project(out_, context));
  if (stages)
    *stages = {.query = to_host(query),
               .key = to_host(key),
               .value = to_host(value),
               .context = to_host(context),
               .output = output};
  return output;
}

Tensor MultiHeadAttention::forward_with(const AttentionFunction& attend,
                                        const Tensor& tokens) const {
  expect_tokens(tokens, "tokens");
  const Tensor input = there(batched(tokens));
  const Tensor context =
      attend(project(query_, input), project(key_, input), project(value_, input),
             {.is_causal = is_causal_, .heads = num_heads_, .kv_heads = num_kv_heads_});
  const Tensor output = to_host(project(out_, context));
  return tokens.rank() == 3 ? output : output.view({tokens.size(0), embed_dim()});
}

Tensor MultiHeadAttention::operator()(const Tensor& tokens, KeyValueCache& cache) const {
  const Tensor output = attend_with_cache(tokens, cache, nullptr);
  return tokens.rank() == 3 ? output : output.view({tokens.size(0), embed_dim()});
}

MultiHeadAttentionStages MultiHeadAttention::stages(const Tensor& tokens) const {
  expect_tokens(tokens, "tokens");
  const Tensor input = batched(tokens);
  MultiHeadAttentionStages stages;
  if (is_on_card())
    attend_on_card(input, {}, &stages);
  else
    attend(input, input, input, {}, &stages);
  return stages;
}

MultiHeadAttentionStages MultiHeadAttention::stages(const Tensor& tokens,
                                                    KeyValueCache& cache) const {
  MultiHeadAttentionStages stages;
  attend_with_cache(tokens, cache, &stages);
  return stages;
}

Tensor MultiHeadAttention::attend_with_cache(const Tensor& tokens, KeyValueCache& cache,
                                             MultiHeadAttentionStages* stages) const {
  expect_tokens(tokens, "tokens");
  if (device_ && !device_->capabilities().host_memory)  // a cache is host memory
    fail(ErrorKind::unsupported,
         "[multi_head_attention] expected a device that computes in host memory beside a cache; "
         "found {}",
         device_->name());
  const Tensor input = batched(tokens);
  expect(cache.key().size(1) == num_kv_heads_ && cache.key().size(3) == head_dim(),
         "[multi_head_attention] expected a cache of {} heads of {}; found {}", num_kv_heads_,
         head_dim(), cache.key().shape());
  const std::int64_t before = cache.length();
  const Tensor query = project(query_, input), key = project(key_, input),
               value = project(value_, input);
  cache.append(key, value);
  try {
    const Tensor context = scaled_dot_product_attention(
        query, cache, {.is_causal = is_causal_, .heads = num_heads_, .kv_heads = num_kv_heads_});
    Tensor output = to_host(project(out_, context));
    if (stages)
      *stages = {.query = to_host(query),
                 .key = to_host(key),
                 .value = to_host(value),
                 .context = to_host(context),
                 .output = output};
    return output;
  } catch (...) {
    cache.truncate(before);
    throw;
  }
}

}  // namespace wattention
