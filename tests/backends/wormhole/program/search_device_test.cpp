// argmax, topk and embedding through the device, against loops over the values.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

Placement rows_of(DType dtype) {
  return {.layout = Layout::row_major, .dtype = dtype};
}

template <class Function>
std::vector<OpEvent> programs_of(WormholeBackend& device, Function function) {
  device.event_log()->start();
  function();
  std::vector<OpEvent> programs;
  for (const Event& event : device.event_log()->take())
    if (const auto* program = std::get_if<OpEvent>(&event)) programs.push_back(*program);
  return programs;
}

// Few different numbers, so that many are equal.
Tensor coarse_tensor(const Shape& shape, unsigned seed) {
  Tensor tensor = random_tensor(shape, seed);
  for (float& value : tensor.mutable_values<float>()) value = std::round(value * 8) / 8;
  return tensor.to(DType::bf16);
}

TEST(SearchDevice, ArgmaxFindsTheFirstOfTheLargest) {
  const auto device = open();
  const Tensor host = coarse_tensor({3, 5, 70}, 4);
  const Tensor input = device->upload(host, rows_of(DType::bf16));
  const Tensor found = to_host(argmax(input, -1));
  const auto values = host.values<bfloat16>();
  for (std::size_t row = 0; row < 15; ++row) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * 70);
    const auto less = [](bfloat16 a, bfloat16 b) { return float{a} < float{b}; };
    EXPECT_EQ(found.values<std::uint32_t>()[row],
              std::max_element(begin, begin + 70, less) - begin);
  }
  EXPECT_EQ(found.shape(), Shape({3, 5}));
  EXPECT_EQ(argmax(input, 2, true).shape(), Shape({3, 5, 1}));
  EXPECT_EQ(argmax(input).shape(), Shape({}));
  expect_says(error_of([&] { argmax(input, 0); }), ErrorKind::bad_input,
              "Only argmax on last dim is supported!");
  expect_says(error_of([&] { argmax(device->upload(host, {}), -1); }), ErrorKind::bad_input,
              "Only ROW_MAJOR layout is supported for inputs!");
}

// The values of a sort; each place holds its value, none comes twice.
void expect_sorted(const Tensor& host, const TopK& found, int k, bool smallest) {
  const auto width = static_cast<std::size_t>(host.size(-1));
  const Tensor values = to_host(found.values), places = to_host(found.indices);
  for (std::size_t row = 0; row < static_cast<std::size_t>(host.numel()) / width; ++row) {
    std::vector<float> sorted;
    for (std::size_t i = 0; i < width; ++i)
      sorted.push_back(host.values<bfloat16>()[row * width + i]);
    const std::vector<float> original = sorted;
    std::ranges::sort(sorted);
    if (!smallest) std::ranges::reverse(sorted);
    std::vector<bool> taken(width);
    for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
      const std::size_t at = row * static_cast<std::size_t>(k) + i;
      const std::size_t place = places.values<std::uint16_t>()[at];
      ASSERT_EQ(float{values.values<bfloat16>()[at]}, sorted[i]) << row << " " << i;
      ASSERT_EQ(original.at(place), sorted[i]) << row << " " << i;
      ASSERT_FALSE(taken[place]) << row << " " << i;
      taken[place] = true;
    }
  }
}

TEST(SearchDevice, TopkSortsAsFarAsAsked) {
  const auto device = open();
  for (const auto& [shape, k] : {std::pair{Shape{1, 1, 32, 64}, 4},
                                 {Shape{2, 40, 256}, 32},
                                 {Shape{33, 512}, 64},
                                 {Shape{1, 8192}, 50},
                                 {Shape{2, 32768}, 16}})
    for (const bool smallest : {false, true}) {
      SCOPED_TRACE(shape.text());
      const Tensor host = coarse_tensor(shape, 9);
      expect_sorted(host, topk(device->upload(host, {}), k, -1, smallest), k, smallest);
    }
}

// The release fills the padding with the smallest positive number, which is larger than any negative one.
TEST(SearchDevice, TopkFindsItsOwnPadding) {
  const auto device = open();
  Tensor host = Tensor::empty({1, 50}, DType::bf16);
  for (bfloat16& value : host.mutable_values<bfloat16>()) value = bfloat16(-1.0f);
  const TopK found = topk(device->upload(host, {}), 2);
  EXPECT_EQ(bits(to_host(found.values)), (std::vector<std::uint16_t>{0x0080, 0x0080}));
}

TEST(SearchDevice, TopkRefusesAsTheReleaseDoes) {
  const auto device = open();
  const Tensor host = random_tensor({32, 128});
  expect_says(error_of([&] { topk(device->upload(host, {}), 65); }), ErrorKind::bad_input,
              "K must be less than or equal to 64");
  expect_says(error_of([&] {
                topk(device->upload(random_tensor({32, 32}), {}), 4);
              }),
              ErrorKind::bad_input, "must be a multiple of 64");
  expect_says(error_of([&] { topk(device->upload(host, rows_of(DType::bf16)), 4); }),
              ErrorKind::bad_input, "The input must be in tiled format");
}

TEST(GatherDevice, EmbeddingTakesRows) {
  const auto device = open();
  const Tensor weight = random_tensor({70, 40}, 3, DType::bf16);
  std::vector<std::uint32_t> ids{0, 69, 3, 3, 41, 7};
  const Tensor host_ids = Tensor::from(std::span<const std::uint32_t>(ids), {2, 3});
  for (const Layout of_ids : {Layout::row_major, Layout::tile})
    for (const Layout of_weight : {Layout::row_major, Layout::tile})
      for (const Layout layout : {Layout::row_major, Layout::tile}) {
        const Tensor found =
            embedding(device->upload(host_ids, {.layout = of_ids}),
                      device->upload(weight, {.layout = of_weight}), {.layout = layout});
        ASSERT_EQ(found.layout(), layout);
        const Tensor host = to_host(found);
        for (std::size_t i = 0; i < ids.size(); ++i)
          for (std::size_t j = 0; j < 40; ++j)
            ASSERT_EQ(host.values<bfloat16>()[i * 40 + j].bits,
                      weight.values<bfloat16>()[ids[i] * 40 + j].bits);
      }
}

// 6109 is no bf16: from_torch rounds such an id to 6112 before it is one. Here 69.5 is cut.
TEST(GatherDevice, IdsMayBeFloatsAndMustBeRows) {
  const auto device = open();
  const Tensor weight = device->upload(random_tensor({70, 32}), rows_of(DType::bf16));
  const std::vector<float> ids{69.5f, 1};
  const Tensor found = embedding(
      device->upload(Tensor::from(std::span<const float>(ids), {2}), rows_of(DType::bf16)), weight);
  EXPECT_EQ(bits(to_host(found))[0], bits(to_host(weight))[69 * 32]);
  const std::vector<std::uint32_t> beyond{70};
  const Tensor id = device->upload(Tensor::from(std::span<const std::uint32_t>(beyond), {1}),
                                   rows_of(DType::uint32));
  expect_says(error_of([&] { embedding(id, weight); }), ErrorKind::bad_input,
              "expected ids from 0 to 69");
}

// Published: 26.4 ms for 1,024 rows of as many elements on one core (tt-metal pull request 43255).
TEST(SearchDevice, OneCoreComparesElementsOneByOne) {
  const auto device = open({.mode = Mode::shape});
  const Tensor input = device->upload(value_less({1024, 1024}, DType::bf16), rows_of(DType::bf16));
  const std::vector<OpEvent> programs = programs_of(*device, [&] { argmax(input, -1); });
  ASSERT_EQ(programs.size(), 1u);
  EXPECT_EQ(programs[0].cores, 1);
  EXPECT_EQ(programs[0].moves.reads, 1024);
  EXPECT_NEAR(static_cast<double>(programs[0].moves.reader_cycles), 26.4e6, 0.02 * 26.4e6);
}

// Two cores have half of a row of 256 tiles each; a shorter one stays on one core.
TEST(SearchDevice, CoresShareLongRowsOfTopk) {
  const auto device = open({.mode = Mode::shape});
  for (const auto& [width, cores] : {std::pair{4096, 1}, std::pair{8192, 2}}) {
    const Tensor input = device->upload(value_less({32, width}, DType::bf16), {});
    const std::vector<OpEvent> programs = programs_of(*device, [&] { topk(input, 32); });
    ASSERT_EQ(programs.size(), 1u);
    EXPECT_EQ(programs[0].cores, cores);
    EXPECT_EQ(programs[0].moves.units, width / 32 / cores);
  }
}

// A program makes tiles of whole ones; else a second one makes them.
TEST(GatherDevice, OneProgramLooksUpAndMakesTiles) {
  const auto device = open({.mode = Mode::shape});
  const Tensor weight = device->upload(value_less({70, 96}, DType::bf16), rows_of(DType::bf16));
  const auto programs = [&](std::int64_t count) {
    const Tensor ids =
        device->upload(value_less({2, count}, DType::uint32), rows_of(DType::uint32));
    return programs_of(*device, [&] { embedding(ids, weight, {.layout = Layout::tile}); });
  };
  const std::vector<OpEvent> fused = programs(64), apart = programs(40);
  ASSERT_EQ(fused.size(), 1u);
  EXPECT_EQ(fused[0].cores, 4);  // one for each 32 ids
  EXPECT_EQ(fused[0].busiest_core.unpacked, 3);
  ASSERT_EQ(apart.size(), 2u);
  EXPECT_EQ(apart[0].moves.all_units, 80);
  EXPECT_EQ(apart[1].op, "tilize");
}

}  // namespace
}  // namespace wattention::wormhole
