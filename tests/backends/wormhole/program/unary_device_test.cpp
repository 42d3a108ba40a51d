// Functions of one operand through the device: tables, numbers, programs.
#include <algorithm>
#include <cmath>
#include <functional>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

// `count` patterns from `first` on.
Tensor patterns(const Shape& shape, std::uint16_t first) {
  Tensor tensor = Tensor::empty(shape, DType::bf16);
  for (bfloat16& value : tensor.mutable_values<bfloat16>()) value = bfloat16::from_bits(first++);
  return tensor;
}

// A tile is computed element by element, 64 tiles through a table of all patterns: the bits are the same, and so they
// are for another number or mode, which has a table of its own.
TEST(UnaryDevice, LargeTensorsGiveTheBitsOfSmallOnes) {
  const auto device = open(), small = open();
  for (const OpAttributes& attributes :
       {OpAttributes{}, OpAttributes{.alpha = 0.5}, OpAttributes{.alpha = 2.0}}) {
    const auto found =
        bits(device->download(elu(device->upload(patterns({256, 256}, 0), {}), attributes)));
    for (int first = 0; first < 65536; first += 1024) {
      const auto from = static_cast<std::uint16_t>(first);
      const Tensor tile = small->upload(patterns({32, 32}, from), {});
      const auto expected = bits(small->download(elu(tile, attributes)));
      ASSERT_TRUE(std::equal(expected.begin(), expected.end(), found.begin() + first)) << first;
    }
  }
  const Tensor all = device->upload(patterns({256, 256}, 0), {});
  EXPECT_NE(bits(device->download(exp(all))),
            bits(device->download(exp(all, {.fast_and_approximate_mode = true}))));
}

// As the release composes it: a minimum, then a maximum; for 0 relu.
TEST(UnaryDevice, ClampIsTwoPrograms) {
  const auto device = open({.explain = true});
  const Tensor x = device->upload(random_tensor({40, 50}), {});
  for (const double min : {-0.5, 0.0}) {
    const auto before = device->counts().programs;
    const Tensor found = device->download(clamp(x, {.min = min, .max = 0.75}));
    EXPECT_EQ(device->counts().programs - before, 2);
    const std::vector<OpReport> reports = device->take_reports();
    ASSERT_EQ(reports.size(), 2u);
    EXPECT_EQ(reports[0].op, "minimum");
    EXPECT_EQ(reports[1].op, min == 0 ? "relu" : "maximum");
    const Tensor host = device->download(x);
    for (std::size_t i = 0; i < 2000; ++i)
      EXPECT_EQ(float(found.values<bfloat16>()[i]),
                std::clamp(float(host.values<bfloat16>()[i]), float(min), 0.75f));
  }
}

// Where the call says, or where the input lies.
TEST(UnaryDevice, TheResultGoesToTheMemoryAskedFor) {
  const auto device = open();
  const Tensor x = device->upload(random_tensor({64, 64}), {});
  EXPECT_EQ(exp(x).memory(), Memory::dram);
  EXPECT_EQ(exp(exp(x, {.memory = Memory::l1})).memory(), Memory::l1);
  device->event_log()->start();
  EXPECT_EQ(clamp(x, {.memory = Memory::l1, .min = -1.0, .max = 1.0}).memory(), Memory::l1);
  const std::vector<Event> events = device->event_log()->take();
  ASSERT_EQ(events.size(), 2u);
  constexpr std::int64_t bytes = 4 * 2048;
  EXPECT_EQ(std::get<OpEvent>(events[0]).traffic, (Traffic{bytes, 0, 0, bytes}));
  EXPECT_EQ(std::get<OpEvent>(events[1]).traffic, (Traffic{0, 0, bytes, bytes}));
}

TEST(UnaryDevice, OtherClampsAreRefused) {
  const auto device = open();
  const Tensor x = device->upload(random_tensor({32, 32}), {});
  for (const OpAttributes& attributes :
       {OpAttributes{.min = 0.0}, OpAttributes{.max = 0.0}, OpAttributes{.min = 1.0, .max = 0.0}})
    expect_says(error_of([&] { clamp(x, attributes); }), ErrorKind::unsupported,
                "[clamp] expected min and max");
  expect_says(error_of([&] { clamp(x); }), ErrorKind::bad_input,
              "[clamp] expected min, max or both; found neither");
}

// As the release composes it: a chain, then its where.
TEST(UnaryDevice, CeluIsSevenPrograms) {
  const auto device = open();
  const Tensor x = device->upload(random_tensor({40, 50}), {});
  const auto before = device->counts().programs;
  const Tensor found = to_host(celu(x, {.alpha = 2})), host = to_host(x);
  EXPECT_EQ(device->counts().programs - before, 7);
  for (std::size_t i = 0; i < 2000; ++i) {
    const float value{host.values<bfloat16>()[i]}, result{found.values<bfloat16>()[i]};
    if (value > 0)
      EXPECT_EQ(result, value);
    else
      EXPECT_NEAR(result, 2 * std::expm1(value / 2), 0.1);
  }
}

// Each core starts from the seed again: of 65 tiles on 33 cores each pair repeats the first.
TEST(UnaryDevice, DropoutRepeatsFromCoreToCore) {
  const auto device = open();
  Tensor host = Tensor::empty({65 * 32, 32}, DType::bf16);
  for (bfloat16& value : host.mutable_values<bfloat16>()) value = bfloat16(3.0f);
  OpAttributes attributes;
  attributes.probability = 0.25;
  attributes.scale = 0.5;
  attributes.seed = 11;
  const Tensor x = device->upload(host, {});
  const std::vector<std::uint16_t> found = bits(to_host(dropout(x, attributes)));
  constexpr std::size_t tile = 1024;
  const auto core = [&](std::size_t first) {
    return std::vector(found.begin() + static_cast<std::ptrdiff_t>(first * tile),
                       found.begin() + static_cast<std::ptrdiff_t>((first + 1) * tile));
  };
  EXPECT_NE(core(0), core(1));  // one core has two tiles, the others have one
  for (std::size_t i = 2; i < 65; ++i) ASSERT_EQ(core(i), core(0)) << i;
  constexpr std::uint16_t half_of_three = 0x3fc0;
  const auto kept = std::ranges::count(found, half_of_three);
  EXPECT_EQ(kept + std::ranges::count(found, 0), static_cast<std::ptrdiff_t>(found.size()));
  EXPECT_NEAR(static_cast<double>(kept) / static_cast<double>(found.size()), 0.75, 0.05);
  attributes.seed = 12;
  EXPECT_NE(bits(to_host(dropout(x, attributes))), found);
  EXPECT_THROW(dropout(device->upload(random_tensor({32, 32}), {.dtype = DType::f32})), Error);
}

}  // namespace
}  // namespace wattention::wormhole
