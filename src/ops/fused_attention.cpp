#include <wattention/ops.h>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

void expect_weights(const Tensor& query, const Tensor& key, const Tensor& value) {
  for (const Tensor* weight : {&query, &key, &value}) {
    expect(weight->defined() && weight->rank() == 2 && weight->numel() > 0,
           "[attention] expected weights [head_dim, embed_dim]; found shape {}", weight->shape());
    expect(weight->shape() == query.shape(),
           "[attention] expected three weights of one shape; found {} and {}", query.shape(),
           weight->shape());
    expect_same_dtype("attention", query, *weight);
  }
}

void expect_host_tensors(const PreparedAttention& prepared, const Tensor& tokens,
                         const Tensor& context) {
  expect(tokens.defined() && tokens.rank() == 2 && tokens.numel() > 0 &&
             tokens.size(1) == prepared.embed_dim(),
         "[attention] expected tokens [T, {}] with T of at least 1; found shape {}",
         prepared.embed_dim(), tokens.shape());
  if (tokens.dtype() == DType::f64)
    fail(ErrorKind::unsupported, "[attention] expected tokens in f32 or bf16; found f64");
  expect(tokens.on_host() && context.on_host(),
         "[attention] expected host tensors; found tokens on {}", tokens.device_name());
  expect(context.shape() == Shape({tokens.size(0), prepared.head_dim()}) &&
             context.dtype() == prepared.output_dtype(),
         "[attention] expected context [{}, {}] in {}; found {} in {}", tokens.size(0),
         prepared.head_dim(), to_string(prepared.output_dtype()), context.shape(),
         to_string(context.dtype()));
}

}  // namespace

FusedAttention::FusedAttention(const Tensor& query_weight, const Tensor& key_weight,
                               const Tensor& value_weight, const Device& device,
                               const AttentionOptions& options)
    : device_(device) {
  expect_weights(query_weight, key_weight, value_weight);
  prepared_ = device.backend().prepare_attention(query_weight, key_weight, value_weight, options);
}

Tensor FusedAttention::operator()(const Tensor& tokens) const {
  expect_rank("attention", tokens, 2);
  if (!tokens.on_host()) return context_there(tokens);
  Tensor context =
      Tensor::empty({tokens.size(0), prepared_->head_dim()}, prepared_->output_dtype());
  forward(tokens, context);
  return context;
}

Tensor FusedAttention::context_there(const Tensor& tokens) const {
  expect(tokens.storage()->backend() == device_.shared_backend(),
         "[attention] expected tokens on the host or on the module's own device; found them on {}",
         tokens.device_name());
  expect(
      tokens.rank() <= 3 && tokens.numel() > 0 && tokens.size(-1) == prepared_->embed_dim(),
      "[attention] expected tokens [T, {0}] or [B, T, {0}] with T of at least 1; found shape {1}",
      prepared_->embed_dim(), tokens.shape());
  return prepared_->forward_there(tokens);
}

void FusedAttention::forward(const Tensor& tokens, Tensor& context) const {
  expect_host_tensors(*prepared_, tokens, context);
  prepared_->forward(tokens, context);
}

void FusedAttention::forward_all(std::span<const Tensor> tokens, std::span<Tensor> contexts) const {
  expect(tokens.size() == contexts.size(),
         "[attention] expected a context for each of {} tensors; found {}", tokens.size(),
         contexts.size());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    expect_host_tensors(*prepared_, tokens[i], contexts[i]);
  prepared_->forward_all(tokens, contexts);
}

}  // namespace wattention
