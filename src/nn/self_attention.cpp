#include <wattention/nn.h>

#include <cstring>
#include <utility>

#include "base/fail.h"
#include "device/backend.h"
#include "device/registry.h"
#include "nn/attention_impl.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

AttentionWeights draw_weights(std::int64_t embed_dim, std::int64_t head_dim, Generator& generator) {
  expect(embed_dim > 0 && head_dim > 0,
         "[attention] expected embed_dim and head_dim of at least 1; found {} and {}", embed_dim,
         head_dim);
  AttentionWeights weights;
  weights.query = linear_weight(embed_dim, head_dim, generator);
  weights.key = linear_weight(embed_dim, head_dim, generator);
  weights.value = linear_weight(embed_dim, head_dim, generator);
  return weights;
}

void expect_weights(const AttentionWeights& weights) {
  for (const Tensor* weight : {&weights.query, &weights.key, &weights.value}) {
    expect(weight->defined() && weight->rank() == 2 && weight->numel() > 0,
           "[attention] expected weights [head_dim, embed_dim]; found shape {}",
           weight->shape().text());
    expect(weight->shape() == weights.query.shape(),
           "[attention] expected three weights of one shape; found {} and {}",
           weights.query.shape().text(), weight->shape().text());
  }
}

void expect_tokens(const Tensor& tokens, std::int64_t embed_dim) {
  expect(
      tokens.defined() && tokens.rank() == 2 && tokens.numel() > 0 && tokens.size(1) == embed_dim,
      "[attention] expected tokens [T, {}] with T of at least 1; found shape {}", embed_dim,
      tokens.shape().text());
  // Not on_host(): tokens without values serve a device in Mode::shape.
  expect(tokens.storage()->backend() == nullptr,
         "[attention] expected tokens on the host; found them on {}", tokens.device_name());
}

VariantPointer make_variant(const AttentionWeights& weights, const Device& device,
                            const AttentionConfig& config) {
  switch (config.variant) {
    case Variant::reference: return make_reference_variant(weights, device, config);
    case Variant::naive: return make_naive_variant(weights, device, config);
    case Variant::resident: return make_resident_variant(weights, device, config);
    case Variant::fused: return make_fused_variant(weights, device, config);
  }
  fail(ErrorKind::bad_input, "[attention] expected a known variant; found {}",
       static_cast<int>(config.variant));
}

}  // namespace

void expect_accelerator(const Device& device, Variant variant) {
  if (!device.backend().is_accelerator())
    fail(ErrorKind::unsupported,
         "[attention] expected a device with memory of its own for variant {} (wormhole); found {}",
         to_string(variant), device.name());
}

void copy_context(const Tensor& from, Tensor& to) {
  expect(to.on_host() && to.shape() == from.shape() && to.dtype() == from.dtype(),
         "[attention] expected context {} in {}; found {} in {}", from.shape().text(),
         to_string(from.dtype()), to.shape().text(), to_string(to.dtype()));
  std::memcpy(to.storage()->host_bytes(), from.storage()->host_bytes(),
              static_cast<std::size_t>(from.numel()) * size_of(from.dtype()));
}

struct SelfAttention::Impl {
  AttentionWeights weights;
  Device device;
  AttentionConfig config;
  VariantPointer variant = make_variant(weights, device, config);
};

SelfAttention::SelfAttention(std::int64_t embed_dim, std::int64_t head_dim, Generator& generator) {
  AttentionWeights weights = draw_weights(embed_dim, head_dim, generator);
  impl_ = std::make_shared<Impl>(Impl{std::move(weights), Device(host_backend()), {}});
}

SelfAttention::SelfAttention(Tensor query_weight, Tensor key_weight, Tensor value_weight) {
  AttentionWeights weights{std::move(query_weight), std::move(key_weight), std::move(value_weight)};
  expect_weights(weights);
  impl_ = std::make_shared<Impl>(Impl{std::move(weights), Device(host_backend()), {}});
}

SelfAttention SelfAttention::to(const Device& device, const AttentionConfig& config) const {
  SelfAttention moved = *this;
  moved.impl_ = std::make_shared<Impl>(Impl{impl_->weights, device, config});
  return moved;
}

SelfAttention SelfAttention::to(const Device& device, Variant variant) const {
  return to(device, AttentionConfig{.variant = variant});
}

Tensor SelfAttention::operator()(const Tensor& tokens) const {
  expect_tokens(tokens, embed_dim());
  return impl_->variant->context(tokens);
}

AttentionStages SelfAttention::stages(const Tensor& tokens) const {
  expect_tokens(tokens, embed_dim());
  return impl_->variant->stages(tokens);
}

void SelfAttention::forward(const Tensor& tokens, Tensor& context) const {
  expect_tokens(tokens, embed_dim());
  impl_->variant->context_into(tokens, context);
}

std::int64_t SelfAttention::embed_dim() const {
  return impl_->weights.embed_dim();
}

std::int64_t SelfAttention::head_dim() const {
  return impl_->weights.head_dim();
}

const Tensor& SelfAttention::query_weight() const {
  return impl_->weights.query;
}

const Tensor& SelfAttention::key_weight() const {
  return impl_->weights.key;
}

const Tensor& SelfAttention::value_weight() const {
  return impl_->weights.value;
}

const Device& SelfAttention::device() const {
  return impl_->device;
}

const AttentionConfig& SelfAttention::config() const {
  return impl_->config;
}

}  // namespace wattention
