// rotary_embedding through the device: against the chain of ops that it is made of, and its programs.
#include <array>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

// [-second half, first half], by slices, a product with -1, and a concatenation.
Tensor turned(const Tensor& x) {
  const int half = static_cast<int>(x.size(3) / 2);
  const Dims end{static_cast<int>(x.size(0)), static_cast<int>(x.size(1)),
                 static_cast<int>(x.size(2)), 2 * half};
  const Tensor first = slice(x, {0, 0, 0, 0}, {end[0], end[1], end[2], half});
  const Tensor second = slice(x, {0, 0, 0, half}, end);
  return concat(std::array{multiply(second, -1), first}, 3);
}

TEST(RotaryDevice, IsItsChainOfOps) {
  const auto device = open();
  const Tensor x = device->upload(random_tensor({2, 3, 64, 128}), {});
  const Tensor cos = device->upload(random_tensor({1, 1, 96, 128}, 2), {}),
               sin = device->upload(random_tensor({1, 1, 96, 128}, 3), {});
  const auto rows = [&](const Tensor& angles) {
    return repeat(slice(angles, {0, 0, 0, 0}, {1, 1, 64, 128}), {2, 3, 1, 1});
  };
  const Tensor expected = add(multiply(x, rows(cos)), multiply(turned(x), rows(sin)));
  EXPECT_EQ(bits(to_host(rotary_embedding(x, cos, sin))), bits(to_host(expected)));
}

TEST(RotaryDevice, AnIndexIsARowForAll) {
  const auto device = open();
  const Tensor x = device->upload(random_tensor({1, 2, 32, 64}), {});
  const Tensor cos = device->upload(random_tensor({1, 1, 64, 64}, 2), {}),
               sin = device->upload(random_tensor({1, 1, 64, 64}, 3), {});
  const auto row = [&](const Tensor& angles) {
    const Tensor one = slice(angles, {0, 0, 37, 0}, {1, 1, 38, 64});
    return repeat(one, {1, 2, 32, 1});
  };
  const Tensor expected = add(multiply(x, row(cos)), multiply(turned(x), row(sin)));
  OpAttributes attributes;
  attributes.index = 37;
  EXPECT_EQ(bits(to_host(rotary_embedding(x, cos, sin, attributes))), bits(to_host(expected)));
  attributes.index = 64;
  EXPECT_THROW(rotary_embedding(x, cos, sin, attributes), Error);
}

TEST(RotaryDevice, ReadsEachRowTwice) {
  const auto device = open({.mode = Mode::shape, .explain = true});
  const Tensor x = device->upload(value_less({1, 71, 32, 64}, DType::bf16), {});
  const Tensor angles = device->upload(value_less({1, 1, 32, 64}, DType::bf16), {});
  device->event_log()->start();
  rotary_embedding(x, angles, angles);
  const std::vector<Event> events = device->event_log()->take();
  ASSERT_EQ(events.size(), 1u);
  const auto& program = std::get<OpEvent>(events.front());
  constexpr std::int64_t tiles = 71 * 2, tile_bytes = 2048;
  EXPECT_EQ(program.cores, 64);
  EXPECT_EQ(program.busiest_core.elementwise, 2 * 7);  // two rows of two tiles: 7 steps each
  EXPECT_EQ(program.traffic.dram_read_bytes, 4 * tiles * tile_bytes);
  EXPECT_EQ(program.traffic.dram_written_bytes, tiles * tile_bytes);
}

}  // namespace
}  // namespace wattention::wormhole
