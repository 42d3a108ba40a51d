// The public way from C++ to modelled time and energy.
#include <gtest/gtest.h>
#include <wattention/cost.h>
#include <wattention/error.h>
#include <wattention/ops.h>

#include "device/backend.h"

namespace wattention {
namespace {

TEST(Estimate, OfWhatADeviceDid) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const auto product = [&](std::int64_t side) {
    start_events(card);
    const Tensor a = to_device(Tensor::zeros({side, side}), card);
    matmul(a, a);
    return estimate(card);
  };
  const RunEstimate small = product(64), large = product(256);
  EXPECT_LT(small.time_s.value, large.time_s.value);
  EXPECT_LT(small.card_j.value, large.card_j.value);
  EXPECT_EQ(small.steps.size(), large.steps.size());  // nothing of the first is in the second
  EXPECT_EQ(large.steps.back().name, "matmul");
  EXPECT_EQ(large.steps.back().flops, 2.0 * 256 * 256 * 256);
  EXPECT_FALSE(large.calibration.empty());
  EXPECT_EQ(estimate(card).steps.size(), 0u);  // the recording has ended
}

TEST(Estimate, NeedsADeviceWithAModel) {
  for (const char* name : {"cpu", "reference"}) {
    const Device device = open_device(name);
    EXPECT_THROW(start_events(device), Error);
    EXPECT_THROW(estimate(device), Error);
    EXPECT_EQ(device.backend().cost_model(), nullptr);
  }
}

TEST(Estimate, AForwardIsItsModuleTheFirstAndTheRest) {
  const ForwardEstimate forward = estimate_forward({});
  EXPECT_EQ(forward.time_s(1), forward.module.time_s + forward.first.time_s);
  EXPECT_EQ(forward.card_j(3),
            forward.module.card_j + forward.first.card_j + forward.steady.card_j * 2);
  EXPECT_GT(forward.first.time_s.value, forward.steady.time_s.value);  // it builds its programs
  EXPECT_THROW(forward.time_s(0), Error);
  EXPECT_THROW(forward.card_j(-1), Error);
}

TEST(Estimate, OptionsReachEveryPart) {
  const ForwardEstimate base = estimate_forward({}),
                        fast = estimate_forward({}, {.host_speedup = 2});
  EXPECT_DOUBLE_EQ(fast.module.phases.front().time_s, base.module.phases.front().time_s / 2);
  EXPECT_LT(fast.first.time_s.value, base.first.time_s.value);
  EXPECT_LT(fast.steady.time_s.value, base.steady.time_s.value);
}

TEST(Estimate, RefusesWhatNoForwardIs) {
  EXPECT_THROW(estimate_forward({.variant = Variant::fused}), Error);
  EXPECT_THROW(estimate_forward({.tokens = 0}), Error);
  EXPECT_THROW(estimate_forward({.variant = Variant::naive, .core_grid = CoreGrid{8, 8}}), Error);
  EXPECT_THROW(estimate_forward({.variant = Variant::naive, .weights = Memory::dram}), Error);
  EXPECT_THROW(estimate_forward({.device = "cpu"}), Error);
  const HeadsCase heads{.heads = 8};
  EXPECT_GT(estimate_forward({.heads = heads}).steady.time_s.value, 0);
  EXPECT_THROW(estimate_forward({.core_grid = CoreGrid{8, 8}, .heads = heads}), Error);
  EXPECT_THROW(estimate_forward({.fidelity = Fidelity::lofi, .heads = heads}), Error);
  EXPECT_THROW(estimate_forward({.weights = Memory::dram, .heads = heads}), Error);
  EXPECT_THROW(estimate_forward({.heads = {.heads = 8, .past = 1}}), Error);
  EXPECT_THROW(estimate_forward({}, {.card = "n300"}), Error);
}

TEST(Estimate, TheDefaultHostIsTheOneThatIsAssumed) {
  const HostRates host = default_host();
  EXPECT_EQ(host.name, "Xeon w5-3535X");
  const ForwardEstimate named = estimate_forward({}, {.host = host}),
                        assumed = estimate_forward({});
  EXPECT_EQ(named.steady.time_s, assumed.steady.time_s);
  EXPECT_EQ(named.module.card_j, assumed.module.card_j);
}

}  // namespace
}  // namespace wattention
