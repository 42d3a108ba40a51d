#include "cli/forward_recording.h"

#include "base/fail.h"
#include "device/backend.h"
#include "device/value_less.h"

namespace wattention::cli {
namespace {

SelfAttention make_module(const ForwardChoice& choice, const Device& card) {
  Generator generator(789);  // any values do: none is computed with
  AttentionConfig config{
      .variant = choice.variant, .core_grid = choice.core_grid, .fidelity = choice.fidelity};
  if (choice.variant == Variant::resident) config.weights = choice.weights;
  return SelfAttention(choice.embed_dim, choice.head_dim, generator).to(card, config);
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
  const SelfAttention attention = make_module(choice, card);
  RecordedRun run;
  run.setup = log.take();
  const Tensor tokens = value_less({choice.tokens, choice.embed_dim}, DType::f32);
  attention(tokens);
  run.first = log.take();
  attention(tokens);
  run.steady = log.take();
  return run;
}

}  // namespace wattention::cli
