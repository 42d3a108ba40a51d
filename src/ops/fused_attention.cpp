#include <wattention/ops.h>

#include "base/fail.h"
#include "device/backend.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

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

}  // namespace

FusedAttention::FusedAttention(const Tensor& query_weight, const Tensor& key_weight,
                               const Tensor& value_weight, const Device& device,
                               const AttentionOptions& options) {
  expect_weights(query_weight, key_weight, value_weight);
  prepared_ = device.backend().prepare_attention(query_weight, key_weight, value_weight, options);
}

Tensor FusedAttention::operator()(const Tensor& tokens) const {
  expect_rank("attention", tokens, 2);
  Tensor context =
      Tensor::empty({tokens.size(0), prepared_->head_dim()}, prepared_->output_dtype());
  forward(tokens, context);
  return context;
}

void FusedAttention::forward(const Tensor& tokens, Tensor& context) const {
  expect(tokens.defined() && tokens.rank() == 2 && tokens.numel() > 0 &&
             tokens.size(1) == prepared_->embed_dim(),
         "[attention] expected tokens [T, {}] with T of at least 1; found shape {}",
         prepared_->embed_dim(), tokens.shape());
  if (tokens.dtype() == DType::f64)
    fail(ErrorKind::unsupported, "[attention] expected tokens in f32 or bf16; found f64");
  expect(tokens.on_host() && context.on_host(),
         "[attention] expected host tensors; found tokens on {}", tokens.device_name());
  expect(context.shape() == Shape({tokens.size(0), prepared_->head_dim()}) &&
             context.dtype() == prepared_->output_dtype(),
         "[attention] expected context [{}, {}] in {}; found {} in {}", tokens.size(0),
         prepared_->head_dim(), to_string(prepared_->output_dtype()), context.shape(),
         to_string(context.dtype()));
  prepared_->forward(tokens, context);
}

}  // namespace wattention
