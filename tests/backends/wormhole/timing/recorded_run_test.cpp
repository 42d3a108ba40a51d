// The events that predictions are made of are those that the device records when a module runs on it.
#include <gtest/gtest.h>
#include <wattention/nn.h>

#include "backends/wormhole/timing/estimate_time.h"
#include "backends/wormhole/timing/forward_events.h"
#include "device/backend.h"

namespace wattention::wormhole {
namespace {

// Small enough to compute, large enough for two-dimensional programs on 2x2 cores.
constexpr ForwardCase small{.tokens = 128, .embed_dim = 256, .head_dim = 192, .core_grid = {2, 2}};

std::vector<Event> record(Variant variant, const ForwardCase& forward) {
  Device card = open_device("wormhole", {.program_cache = variant == Variant::resident});
  Generator generator(789);
  const SelfAttention attention(forward.embed_dim, forward.head_dim, generator);
  const SelfAttention module =
      attention.to(card, AttentionConfig{.variant = variant, .core_grid = forward.core_grid});
  const Tensor tokens = Tensor::zeros({forward.tokens, forward.embed_dim}, DType::f32);
  if (variant == Variant::resident) module(tokens);  // fills the program cache
  EventLog* log = card.backend().event_log();
  log->start();
  module(tokens);
  log->stop();
  return log->take();
}

void expect_same_estimate(const std::vector<Event>& recorded, const std::vector<Event>& built) {
  const RunEstimate a = estimate_time(recorded, {}), b = estimate_time(built, {});
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    EXPECT_EQ(a.steps[i].phase, b.steps[i].phase) << i;
    EXPECT_NEAR(a.steps[i].duration_s, b.steps[i].duration_s, 1e-3 * b.steps[i].duration_s)
        << i << " " << a.steps[i].name;
  }
}

TEST(RecordedRun, ResidentIsWhatWasPredicted) {
  expect_same_estimate(record(Variant::resident, small), resident_forward(small, true));
}

TEST(RecordedRun, NaiveIsWhatWasPredicted) {
  expect_same_estimate(record(Variant::naive, small), naive_forward(small));
}

TEST(RecordedRun, TheDeviceItselfAnswers) {
  const Device card = open_device("wormhole", {});
  const CostModel* model = card.backend().cost_model();
  ASSERT_NE(model, nullptr);
  const RunEstimate estimate = model->estimate(resident_forward({}, true), {});
  EXPECT_GT(estimate.card_j.value, 0);
  EXPECT_FALSE(estimate.calibration.empty());
  EXPECT_EQ(model->validation({}).size(), 5u);
  EXPECT_EQ(model->notebook_runs({}).size(), 16u);
  EXPECT_EQ(model->notebook_power().readings.size(), 3u);
  EXPECT_EQ(open_device("reference", {}).backend().cost_model(), nullptr);
}

}  // namespace
}  // namespace wattention::wormhole
