#include "cost/forward.h"

#include <wattention/multi_head_attention.h>

#include <functional>

#include "base/fail.h"
#include "cost/modelled_device.h"
#include "device/value_less.h"

namespace wattention {
namespace {

// The weights have a place and no meaning: none is computed with.
MultiHeadAttention make_module_with_heads(const ForwardCase& forward, const Device& device) {
  const HeadsCase& heads = forward.heads;
  const std::int64_t embed = forward.embed_dim, rows = heads.projected(embed);
  const MultiHeadAttentionWeights weights{.in_proj_weight = Tensor::empty({rows, embed}),
                                          .in_proj_bias = Tensor::empty({rows}),
                                          .out_proj_weight = Tensor::empty({embed, embed}),
                                          .out_proj_bias = Tensor::empty({embed})};
  return MultiHeadAttention(weights, heads.heads,
                            {.num_kv_heads = heads.key_heads(), .is_causal = heads.is_causal})
      .to(device, forward.variant);
}

SelfAttention make_module(const ForwardCase& forward, const Device& device) {
  const auto weight = [&] { return Tensor::empty({forward.head_dim, forward.embed_dim}); };
  AttentionConfig config{
      .variant = forward.variant, .core_grid = forward.core_grid, .fidelity = forward.fidelity};
  if (forward.variant != Variant::naive) config.weights = forward.weights;
  return SelfAttention(weight(), weight(), weight()).to(device, config);
}

std::int64_t weights_of(const ForwardCase& forward) {
  const HeadsCase& heads = forward.heads;
  if (heads.heads == 0) return 3 * forward.embed_dim * forward.head_dim;
  return forward.embed_dim * (forward.embed_dim + heads.projected(forward.embed_dim));
}

// A forward to repeat: the module is on the device.
std::function<void()> forward_on(const ForwardCase& forward, const Device& device) {
  if (forward.heads.heads == 0)
    return [attention = make_module(forward, device),
            tokens = value_less({forward.tokens, forward.embed_dim}, DType::f32)] {
      attention(tokens);
    };
  return [attention = make_module_with_heads(forward, device),
          tokens = value_less({forward.heads.batch, forward.tokens, forward.embed_dim},
                              DType::f32)] { attention(tokens); };
}

void check(const ForwardCase& forward) {
  expect(forward.tokens > 0 && forward.embed_dim > 0 && forward.head_dim > 0,
         "[estimate] expected tokens, embed-dim and head-dim of at least 1; found {}, {} and {}",
         forward.tokens, forward.embed_dim, forward.head_dim);
  expect(forward.variant != Variant::reference,
         "[estimate] expected variant naive, resident or fused; found {}",
         to_string(forward.variant));
  expect(forward.heads.heads == 0 || forward.variant != Variant::naive,
         "[estimate] expected variant resident or fused with heads; found {}",
         to_string(forward.variant));
  expect(forward.heads.heads == 0 ||
             (!forward.core_grid && !forward.fidelity && forward.weights == Memory::l1),
         "[estimate] expected no core-grid, fidelity or weights with heads; found one");
  expect(forward.heads.past == 0,
         "[estimate] expected past 0 on a card, whose module has no cache; found {}",
         forward.heads.past);
  expect(forward.variant != Variant::naive || (forward.weights == Memory::l1 && !forward.core_grid),
         "[estimate] expected core-grid and weights with variant resident or fused; found {}",
         to_string(forward.variant));
}

}  // namespace

Device open_without_values(const ForwardCase& forward, DeviceOptions others) {
  others.mode = Mode::shape;
  others.program_cache = forward.variant != Variant::naive;
  return open_device(forward.device, others);
}

RecordedForward record_forward(const ForwardCase& forward, const Device& device) {
  EventLog& log = modelled(device).log;
  log.start();
  // Weights are drawn before the device is named, so the device does not see it.
  log.add(HostEvent{HostEvent::Work::draw_uniform, weights_of(forward), 0});
  const std::function<void()> run = forward_on(forward, device);
  RecordedForward recorded;
  recorded.module = log.take();
  run();
  recorded.first = log.take();
  run();
  recorded.steady = log.take();
  log.stop();
  return recorded;
}

ForwardEstimate estimate_forward(const ForwardCase& forward, const Device& device,
                                 const EstimateOptions& options) {
  const RecordedForward recorded = record_forward(forward, device);
  const CostModel& model = modelled(device).model;
  return {model.estimate(recorded.module, options), model.estimate(recorded.first, options),
          model.estimate(recorded.steady, options)};
}

ForwardEstimate estimate_forward(const ForwardCase& forward, const EstimateOptions& options) {
  check(forward);
  return estimate_forward(forward, open_without_values(forward), options);
}

Interval ForwardEstimate::time_s(std::int64_t count) const {
  expect(count >= 1, "[estimate] expected at least 1 forward; found {}", count);
  return module.time_s + first.time_s + steady.time_s * static_cast<double>(count - 1);
}

Interval ForwardEstimate::card_j(std::int64_t count) const {
  expect(count >= 1, "[estimate] expected at least 1 forward; found {}", count);
  return module.card_j + first.card_j + steady.card_j * static_cast<double>(count - 1);
}

}  // namespace wattention
