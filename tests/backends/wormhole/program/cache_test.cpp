// Program cache and kernels: what counts as the same program in this release.
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

DeviceCounts after(const std::shared_ptr<WormholeBackend>& device, const auto& function) {
  function();
  return device->counts();
}

TEST(Cache, OffByDefaultAndCountsNothing) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({32, 32}), {});
  matmul(a, a, {});
  matmul(a, a, {});
  const DeviceCounts counts = device->counts();
  EXPECT_EQ(counts.programs, 2);
  EXPECT_EQ(counts.cache_hits, 0);
  EXPECT_EQ(counts.cache_misses, 0);
}

TEST(Cache, MatmulIsKeyedByAttributesAndSpecs) {
  const auto device = open({.program_cache = true});
  const Tensor a = device->upload(random_tensor({64, 64}), {});
  const Tensor l1 = device->upload(random_tensor({64, 64}), in_l1());
  const auto run = [&](const Tensor& x, const OpAttributes& options) {
    return after(device, [&] { matmul(x, a, options); });
  };
  EXPECT_EQ(run(a, {}).cache_misses, 1);
  EXPECT_EQ(run(a, {}).cache_hits, 1);
  EXPECT_EQ(run(a, {.core_grid = CoreGrid{8, 8}}).cache_misses, 2);
  EXPECT_EQ(run(a, {.core_grid = CoreGrid{16, 16}}).cache_misses,
            3);  // the grid as the user gave it
  EXPECT_EQ(run(l1, {}).cache_misses, 4);
  EXPECT_EQ(run(a, {.fidelity = Fidelity::hifi4}).cache_misses, 5);
  EXPECT_EQ(run(a, {.memory = Memory::l1}).cache_misses, 6);
  EXPECT_EQ(run(a, {}).cache_hits, 2);
  EXPECT_EQ(device->counts().programs, 8);
}

TEST(Cache, ElementwiseAndSoftmaxKeysKnowNoShapeAndNoScalar) {
  const auto device = open({.program_cache = true});
  const Tensor small = device->upload(random_tensor({6, 6}), {});
  const Tensor large = device->upload(random_tensor({64, 96}), {});
  multiply(small, 2.0f);
  EXPECT_EQ(after(device, [&] { multiply(large, 3.0f); }).cache_hits, 1);
  softmax(small, {});
  EXPECT_EQ(after(device, [&] { softmax(large, {}); }).cache_hits, 2);
  EXPECT_EQ(after(device, [&] { add(large, large); }).cache_misses, 3);
  EXPECT_EQ(device->counts().cache_hits, 2);
}

TEST(Cache, AHitKeepsTheShapeOfTheCall) {
  const auto device = open({.program_cache = true});
  const Tensor small = device->upload(random_tensor({6, 6}), {});
  const Tensor large = device->upload(random_tensor({64, 96}), {});
  softmax(small, {});
  const auto plain = open();
  EXPECT_EQ(bits(device->download(softmax(large, {}))),
            bits(plain->download(softmax(plain->upload(random_tensor({64, 96}), {}), {}))));
}

// The key leaves numeric_stable out: the card would run the kernel of the first call.
TEST(Cache, AVariantOutsideTheKeyIsRefused) {
  const auto device = open({.program_cache = true});
  const Tensor a = device->upload(random_tensor({6, 6}), {});
  softmax(a, {});
  expect_says(error_of([&] { softmax(a, {.numeric_stable = true}); }), ErrorKind::unverified,
              "cache key");
  EXPECT_NO_THROW(softmax(a, {}));
  const auto plain = open();
  const Tensor b = plain->upload(random_tensor({6, 6}), {});
  softmax(b, {});
  EXPECT_NO_THROW(softmax(b, {.numeric_stable = true}));
}

// Blocks are chosen by the L1 that is free at the first call; a hit does not look again.
TEST(Cache, AHitKeepsTheBlocksOfTheFirstCall) {
  const auto report_program = [](const auto& device, const Tensor& a, const Tensor& b) {
    device->take_reports();
    matmul(a, b, {});
    return device->take_reports().back().kernel;
  };
  for (const bool cached : {false, true}) {
    const auto device = open({.mode = Mode::shape, .program_cache = cached, .explain = true});
    const Tensor a = device->upload(value_less({64, 24 * 32}, DType::f32), {});
    const Tensor b = device->upload(value_less({24 * 32, 12 * 32}, DType::f32), in_l1());
    EXPECT_EQ(report_program(device, a, b), "MatmulMultiCore");
    // 300 tiles more in each bank: 16 x 16 blocks no longer fit, 8 x 8 do, twelve columns make two.
    const Tensor occupant = device->upload(value_less({32 * 64 * 300, 32}, DType::f32), in_l1());
    EXPECT_EQ(report_program(device, a, b), cached ? "MatmulMultiCore" : "1D mcast_in0");
  }
}

TEST(Cache, CanBeSwitchedOnLater) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({32, 32}), {});
  matmul(a, a, {});
  device->set_program_cache(true);
  matmul(a, a, {});
  matmul(a, a, {});
  EXPECT_EQ(device->counts().cache_misses, 1);
  EXPECT_EQ(device->counts().cache_hits, 1);
}

// Compiled kernels stay with the process, whatever the cache does.
TEST(Cache, KernelsAreCompiledOncePerProcess) {
  const auto first = open();
  const Tensor a = first->upload(random_tensor({32 * 5, 32 * 7}), {});
  const Tensor b = first->upload(random_tensor({32 * 7, 32 * 5}), {});
  matmul(a, b, {});
  const std::int64_t compiled = first->counts().kernels_compiled;
  EXPECT_GT(compiled, 0);
  matmul(a, b, {});
  EXPECT_EQ(first->counts().kernels_compiled, compiled);
  const auto second = open();
  matmul(second->upload(random_tensor({32 * 5, 32 * 7}), {}),
         second->upload(random_tensor({32 * 7, 32 * 5}), {}), {});
  EXPECT_EQ(second->counts().kernels_compiled, 0);
}

}  // namespace
}  // namespace wattention::wormhole
