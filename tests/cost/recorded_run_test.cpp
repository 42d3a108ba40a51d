// What is recorded without values is what the same module does with them: every event, and what the models make of it.
#include <gtest/gtest.h>
#include <wattention/nn.h>

#include "cost/recorded.h"
#include "device/backend.h"

namespace wattention {
namespace {

// Small enough to compute, large enough for two-dimensional programs on 2x2 cores, and in no side a whole tile.
ForwardCase small(Variant variant) {
  ForwardCase forward{.variant = variant, .tokens = 100, .embed_dim = 250, .head_dim = 190};
  if (variant == Variant::resident) forward.core_grid = CoreGrid{2, 2};
  return forward;
}

// The module with its values; the device does not see the host drawing them.
RecordedForward computed(const ForwardCase& forward) {
  Device card = open_device("wormhole", {.program_cache = forward.variant == Variant::resident});
  EventLog& log = *card.backend().event_log();
  Generator generator(789);
  const SelfAttention drawn(forward.embed_dim, forward.head_dim, generator);
  const Tensor tokens = randn({forward.tokens, forward.embed_dim}, generator);
  log.start();
  log.add(HostEvent{HostEvent::Work::draw_uniform, 3 * forward.embed_dim * forward.head_dim, 0});
  const SelfAttention module =
      drawn.to(card, AttentionConfig{.variant = forward.variant, .core_grid = forward.core_grid});
  RecordedForward run;
  run.module = log.take();
  module(tokens);
  run.first = log.take();
  module(tokens);
  run.steady = log.take();
  return run;
}

void expect_same_events(const std::vector<Event>& with, const std::vector<Event>& without) {
  ASSERT_EQ(with.size(), without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(with[i], without[i]) << "event " << i;
    const auto *a = std::get_if<OpEvent>(&with[i]), *b = std::get_if<OpEvent>(&without[i]);
    if (a == nullptr || b == nullptr) continue;
    EXPECT_EQ(a->traffic.dram_read_bytes, b->traffic.dram_read_bytes) << a->op;
    EXPECT_EQ(a->traffic.dram_written_bytes, b->traffic.dram_written_bytes) << a->op;
    EXPECT_EQ(a->traffic.l1_read_bytes, b->traffic.l1_read_bytes) << a->op;
    EXPECT_EQ(a->traffic.l1_written_bytes, b->traffic.l1_written_bytes) << a->op;
  }
}

// Times, bytes and joules of every step, and the run's own.
void expect_same_estimate(const std::vector<Event>& with, const std::vector<Event>& without) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const CostModel& model = *card.backend().cost_model();
  const RunEstimate a = model.estimate(with, {}), b = model.estimate(without, {});
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.time_s, b.time_s);
  EXPECT_EQ(a.card_j, b.card_j);
  EXPECT_EQ(a.card_w, b.card_w);
}

TEST(RecordedRun, IsWhatAModuleWithValuesDoes) {
  for (const Variant variant : {Variant::naive, Variant::resident}) {
    computed(small(variant));  // a process compiles its kernels in its first run
    const RecordedForward with = computed(small(variant)), without = recorded(small(variant));
    for (const auto part :
         {&RecordedForward::module, &RecordedForward::first, &RecordedForward::steady}) {
      expect_same_events(with.*part, without.*part);
      expect_same_estimate(with.*part, without.*part);
    }
  }
}

// Whole tiles, so that no padding moves: bytes on the bus and in DRAM by hand, two to a number.
TEST(RecordedRun, MovesTheBytesOfItsTensors) {
  const ForwardCase forward{
      .variant = Variant::naive, .tokens = 128, .embed_dim = 256, .head_dim = 192};
  double bus = 0, written = 0;
  for (const Event& event : recorded(forward).steady) {
    if (const auto* transfer = std::get_if<TransferEvent>(&event))
      if (transfer->step == TransferEvent::Step::write ||
          transfer->step == TransferEvent::Step::read)
        bus += static_cast<double>(transfer->bytes);
    if (const auto* op = std::get_if<OpEvent>(&event))
      written += static_cast<double>(op->traffic.dram_written_bytes);
  }
  // Query, key and value there, scores back and forth, context back; scores, weights and context made on the card.
  EXPECT_EQ(bus, 2.0 * (4 * 128 * 192 + 2 * 128 * 128));
  EXPECT_EQ(written, 2.0 * (2 * 128 * 128 + 128 * 192));
}

TEST(RecordedRun, BuildsItsProgramsOnceWhereTheCacheIsOn) {
  const auto misses = [](const std::vector<Event>& events) {
    int count = 0;
    for (const Event& event : events)
      if (const auto* op = std::get_if<OpEvent>(&event)) count += !op->cache_hit;
    return count;
  };
  const RecordedForward resident = recorded({}), naive = recorded({.variant = Variant::naive});
  // The three projections share their transpose and their product: of eleven programs seven are new.
  EXPECT_EQ(misses(resident.first), 7);
  EXPECT_EQ(misses(resident.steady), 0);
  EXPECT_EQ(misses(naive.first), 3);
  EXPECT_EQ(misses(naive.steady), 3);
}

}  // namespace
}  // namespace wattention
