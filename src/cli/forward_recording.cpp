#include "cli/forward_recording.h"

#include <cmath>
#include <functional>

#include "base/fail.h"
#include "device/backend.h"
#include "device/value_less.h"

namespace wattention::cli {
namespace {

using Forward = std::function<void(const Tensor& tokens)>;

// The resident module with its weights in DRAM instead of L1: the same calls in the same order.
Forward weights_in_dram(const ForwardChoice& choice, const Device& card) {
  const auto weight = [&] {
    return to_device(value_less({choice.head_dim, choice.embed_dim}, DType::f32), card,
                     {.memory = Memory::dram});
  };
  const MatmulOptions options{.core_grid = choice.core_grid.value_or(CoreGrid{8, 8}),
                              .fidelity = choice.fidelity};
  const double scale = 1.0 / std::sqrt(static_cast<double>(choice.head_dim));
  return [card, options, scale, wq = weight(), wk = weight(), wv = weight()](const Tensor& tokens) {
    const Tensor x = to_device(tokens, card);
    const Tensor query = linear(x, wq, options);
    const Tensor value = linear(x, wv, options);
    const Tensor key = linear(x, wk, options);
    const Tensor scores = matmul(query, transpose(key), options);
    const Tensor weights = softmax(multiply(scores, scale));
    to_host(matmul(weights, value, options));
  };
}

Forward make_forward(const ForwardChoice& choice, const Device& card) {
  if (choice.weights == Memory::dram) return weights_in_dram(choice, card);
  Generator generator(789);  // any values do: none is computed with
  const SelfAttention module = SelfAttention(choice.embed_dim, choice.head_dim, generator)
                                   .to(card, AttentionConfig{.variant = choice.variant,
                                                             .core_grid = choice.core_grid,
                                                             .fidelity = choice.fidelity});
  return [module](const Tensor& tokens) { module(tokens); };
}

// TT-Metal keeps compiled kernels on disk, so only a machine's very first run compiles them.
std::vector<Event> take(EventLog& log) {
  std::vector<Event> events = log.take();
  for (Event& event : events)
    if (auto* op = std::get_if<OpEvent>(&event)) op->kernels_compiled = 0;
  return events;
}

void check(const ForwardChoice& choice) {
  expect(choice.tokens > 0 && choice.embed_dim > 0 && choice.head_dim > 0,
         "[estimate] expected tokens, embed-dim and head-dim of at least 1; found {}, {} and {}",
         choice.tokens, choice.embed_dim, choice.head_dim);
  expect(choice.variant == Variant::naive || choice.variant == Variant::resident,
         "[estimate] expected variant naive or resident; found {}", to_string(choice.variant));
  expect(choice.variant == Variant::resident || (choice.weights == Memory::l1 && !choice.core_grid),
         "[estimate] expected core-grid and weights with variant resident only; found {}",
         to_string(choice.variant));
}

}  // namespace

RecordedRun record_run(const ForwardChoice& choice) {
  check(choice);
  const Device card = open_device(
      "wormhole", {.mode = Mode::shape, .program_cache = choice.variant == Variant::resident});
  EventLog& log = *card.backend().event_log();
  log.start();
  log.add(HostEvent{HostEvent::Work::draw_uniform, 3 * choice.embed_dim * choice.head_dim, 0});
  const Forward forward = make_forward(choice, card);
  RecordedRun run;
  run.setup = take(log);
  const Tensor tokens = value_less({choice.tokens, choice.embed_dim}, DType::f32);
  forward(tokens);
  run.first = take(log);
  forward(tokens);
  run.steady = take(log);
  return run;
}

}  // namespace wattention::cli
