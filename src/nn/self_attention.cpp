#include <wattention/nn.h>

#include <cstring>
#include <mutex>
#include <utility>

#include "base/fail.h"
#include "device/backend.h"
#include "device/card.h"
#include "device/registry.h"
#include "nn/attention_impl.h"
#include "tensor/shape_formatter.h"
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
           "[attention] expected weights [head_dim, embed_dim]; found shape {}", weight->shape());
    expect(weight->shape() == weights.query.shape(),
           "[attention] expected three weights of one shape; found {} and {}",
           weights.query.shape(), weight->shape());
  }
}

void expect_tokens(const Tensor& tokens, std::int64_t embed_dim) {
  expect(
      tokens.defined() && tokens.rank() == 2 && tokens.numel() > 0 && tokens.size(1) == embed_dim,
      "[attention] expected tokens [T, {}] with T of at least 1; found shape {}", embed_dim,
      tokens.shape());
  // Not on_host(): tokens without values serve a device in Mode::shape.
  expect(tokens.storage()->backend() == nullptr,
         "[attention] expected tokens on the host; found them on {}", tokens.device_name());
}

// An option that would change nothing is refused: who gives it expects a change.
void expect_taken(const AttentionConfig& config, const Device& device) {
  const Variant variant = config.variant;
  const Capabilities& has = device.capabilities();
  const bool resident = variant == Variant::resident || (variant == Variant::fused && is_card(has));
  const auto expect_variant = [variant](bool holds, std::string_view option,
                                        std::string_view wanted) {
    expect(holds, "[{}] expected variant {}; found {}", option, wanted, to_string(variant));
  };
  expect_variant(!config.core_grid || resident, "core_grid", "resident");
  expect_variant(!config.weights || resident, "weights", "resident");
  expect_variant(!config.fold_projections || variant == Variant::fused, "fold_projections",
                 "fused");
  if (config.fidelity && !has.attributes.has(Attribute::fidelity))
    fail(ErrorKind::unsupported,
         "[fidelity] expected no fidelity on {}, which takes none; found {}", device.name(),
         to_string(*config.fidelity));
  // A card computes in what it computes in; elsewhere the module's tensors have the dtype.
  if (config.dtype && is_card(has))
    expect(*config.dtype == has.computes_in, "[dtype] expected {} on {}; found {}",
           to_string(has.computes_in), device.name(), to_string(*config.dtype));
}

VariantPointer make_variant(const AttentionWeights& weights, const Device& device,
                            const AttentionConfig& config) {
  expect_taken(config, device);
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

void expect_own_memory(const Device& device, Variant variant) {
  if (!device.capabilities().own_memory)
    fail(ErrorKind::unsupported,
         "[attention] expected a device with memory of its own for variant {} (wormhole); found {}",
         to_string(variant), device.name());
}

void StagedVariant::context_into(const Tensor& tokens, Tensor& to) const {
  const Tensor from = context(tokens);
  expect(to.on_host() && to.shape() == from.shape() && to.dtype() == from.dtype(),
         "[attention] expected context {} in {}; found {} in {}", from.shape(),
         to_string(from.dtype()), to.shape(), to_string(to.dtype()));
  std::memcpy(to.storage()->host_bytes(), from.storage()->host_bytes(),
              static_cast<std::size_t>(from.numel()) * size_of(from.dtype()));
}

Tensor lend(const Tensor& host, const Device& device) {
  expect(host.on_host(), "[attention] expected tensors with values on {}; found one without",
         device.name());
  return Tensor(host.shape(), host.dtype(), host.layout(),
                hold_on_device(host.storage(), device.shared_backend(), device.name()));
}

class SelfAttention::Impl {
 public:
  /// On the host, by the defaults.
  explicit Impl(AttentionWeights weights) : weights_(std::move(weights)), device_(host_backend()) {}
  Impl(AttentionWeights weights, const Device& device, const AttentionConfig& config)
      : weights_(std::move(weights)),
        device_(device),
        config_(config),
        variant_(make_variant(weights_, device_, config_)) {}

  const AttentionWeights& weights() const { return weights_; }
  const Device& device() const { return device_; }
  const AttentionConfig& config() const { return config_; }

  // Most modules are sent to a device at once and never computed with before, so the host's variant is made when
  // it is first asked for.
  const AttentionVariant& variant() const {
    const std::lock_guard lock(making_);
    if (!variant_) variant_ = make_variant(weights_, device_, config_);
    return *variant_;
  }

 private:
  AttentionWeights weights_;
  Device device_;
  AttentionConfig config_;
  mutable VariantPointer variant_;
  mutable std::mutex making_;
};

SelfAttention::SelfAttention(std::int64_t embed_dim, std::int64_t head_dim, Generator& generator) {
  impl_ = std::make_shared<Impl>(draw_weights(embed_dim, head_dim, generator));
}

SelfAttention::SelfAttention(Tensor query_weight, Tensor key_weight, Tensor value_weight) {
  AttentionWeights weights{std::move(query_weight), std::move(key_weight), std::move(value_weight)};
  expect_weights(weights);
  impl_ = std::make_shared<Impl>(std::move(weights));
}

SelfAttention SelfAttention::to(const Device& device, const AttentionConfig& config) const {
  SelfAttention moved = *this;
  moved.impl_ = std::make_shared<Impl>(impl_->weights(), device, config);
  return moved;
}

SelfAttention SelfAttention::to(const Device& device, Variant variant) const {
  return to(device, AttentionConfig{.variant = variant});
}

Tensor SelfAttention::operator()(const Tensor& tokens) const {
  expect_tokens(tokens, embed_dim());
  return impl_->variant().context(tokens);
}

AttentionStages SelfAttention::stages(const Tensor& tokens) const {
  expect_tokens(tokens, embed_dim());
  return impl_->variant().stages(tokens);
}

void SelfAttention::forward(const Tensor& tokens, Tensor& context) const {
  expect_tokens(tokens, embed_dim());
  impl_->variant().context_into(tokens, context);
}

std::int64_t SelfAttention::embed_dim() const {
  return impl_->weights().embed_dim();
}

std::int64_t SelfAttention::head_dim() const {
  return impl_->weights().head_dim();
}

const Tensor& SelfAttention::query_weight() const {
  return impl_->weights().query;
}

const Tensor& SelfAttention::key_weight() const {
  return impl_->weights().key;
}

const Tensor& SelfAttention::value_weight() const {
  return impl_->weights().value;
}

const Device& SelfAttention::device() const {
  return impl_->device();
}

const AttentionConfig& SelfAttention::config() const {
  return impl_->config();
}

}  // namespace wattention
