// Two threads share a device: one command queue, tensors freed on any thread, no bit changed.
#include <thread>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

std::vector<std::uint16_t> forward(WormholeBackend& device, unsigned seed) {
  const Tensor a = device.upload(random_tensor({40, 40}, seed), in_l1());
  const Tensor scores = matmul(a, a, {.core_grid = CoreGrid{8, 8}, .transpose_b = true});
  return bits(device.download(matmul(softmax(scores, {}), a, {})));
}

TEST(Threads, TwoThreadsOnOneDevice) {
  const auto device = open({.explain = true});
  device->event_log()->start();
  const auto expected_1 = forward(*device, 1), expected_2 = forward(*device, 2);
  const auto repeat = [&](unsigned seed, const std::vector<std::uint16_t>& expected, int& wrong) {
    for (int i = 0; i < 40; ++i) wrong += forward(*device, seed) == expected ? 0 : 1;
  };
  int wrong_1 = 0, wrong_2 = 0;
  std::thread first(repeat, 1, std::cref(expected_1), std::ref(wrong_1));
  std::thread second(repeat, 2, std::cref(expected_2), std::ref(wrong_2));
  first.join();
  second.join();
  EXPECT_EQ(wrong_1 + wrong_2, 0);
  EXPECT_EQ(balance(*device), (Balance{0, 0}));
  EXPECT_EQ(device->counts().programs, 82 * 4);
}

TEST(Threads, ClosingWhileAnotherThreadWorksIsAnErrorThereOnly) {
  const auto device = open();
  bool closed_error = false;
  std::thread worker([&] {
    try {
      for (;;) forward(*device, 3);
    } catch (const Error& error) {
      closed_error = error.kind() == ErrorKind::closed;
    }
  });
  device->close();
  worker.join();
  EXPECT_TRUE(closed_error);
  EXPECT_EQ(balance(*device), (Balance{0, 0}));
}

}  // namespace
}  // namespace wattention::wormhole
