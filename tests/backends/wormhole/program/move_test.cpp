// Permute and reshape against index arithmetic.
#include <algorithm>
#include <map>
#include <numeric>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

// The element of `tensor` at an index.
std::uint16_t at(const Tensor& tensor, const std::vector<std::int64_t>& index) {
  std::int64_t offset = 0;
  for (int dim = 0; dim < tensor.rank(); ++dim)
    offset = offset * tensor.size(dim) + index[static_cast<std::size_t>(dim)];
  return tensor.values<bfloat16>()[static_cast<std::size_t>(offset)].bits;
}

void expect_permuted(const Tensor& from, const Tensor& to, const std::vector<int>& dims) {
  std::vector<std::int64_t> index(dims.size());
  for (std::int64_t i = 0; i < from.numel(); ++i) {
    std::int64_t rest = i;
    for (int dim = from.rank() - 1; dim >= 0; --dim) {
      index[static_cast<std::size_t>(dim)] = rest % from.size(dim);
      rest /= from.size(dim);
    }
    std::vector<std::int64_t> moved;
    for (const int dim : dims) moved.push_back(index[static_cast<std::size_t>(dim)]);
    ASSERT_EQ(at(to, moved), at(from, index));
  }
}

TEST(Move, EveryPermutationOfUpToFourDimensions) {
  const auto device = open();
  for (const Shape& shape : {Shape{5, 40}, Shape{3, 33, 4}, Shape{2, 3, 35, 5}}) {
    const Tensor host = random_tensor(shape, 9, DType::bf16);
    const Tensor tensor = device->upload(host, {});
    std::vector<int> dims(static_cast<std::size_t>(shape.rank()));
    std::iota(dims.begin(), dims.end(), 0);
    do {
      const Tensor moved = device->download(permute(tensor, dims));
      for (int i = 0; i < shape.rank(); ++i)
        ASSERT_EQ(moved.size(i), shape[dims[static_cast<std::size_t>(i)]]);
      expect_permuted(host, moved, dims);
    } while (std::ranges::next_permutation(dims).found);
  }
}

TEST(Move, EachPermutationHasItsProgram) {
  const auto device = open({.mode = Mode::shape, .explain = true});
  const Tensor tensor = device->upload(value_less({2, 3, 64, 96}, DType::f32), {});
  const std::map<std::vector<int>, std::string> expected = {
      {{0, 1, 3, 2}, "transpose WH"},
      {{0, 2, 1, 3}, "transpose HC"},
      {{1, 0, 2, 3}, "transpose CN"},
      {{1, 0, 3, 2}, "permute, tiles whole"},
      {{0, 3, 1, 2}, "permute, tile rows whole"},
      {{3, 2, 1, 0}, "permute, generic"},
      {{2, 3, 0, 1}, "permute, generic"}};
  for (const auto& [dims, program] : expected) {
    permute(tensor, dims);
    EXPECT_EQ(device->take_reports().at(0).kernel, program);
  }
}

TEST(Move, WhatMovesNothingRunsNothing) {
  const auto device = open();
  const Tensor tensor = device->upload(random_tensor({1, 1, 4, 4}), {});
  EXPECT_EQ(permute(tensor, std::vector<int>{0, 1, 2, 3}).storage(), tensor.storage());
  EXPECT_EQ(permute(tensor, std::vector<int>{1, 0, 2, 3}).storage(), tensor.storage());
  EXPECT_EQ(device->counts().programs, 0);
}

// The programs of what was just run.
std::vector<std::string> programs(WormholeBackend& device) {
  std::vector<std::string> names;
  for (const OpReport& report : device.take_reports()) names.push_back(report.kernel);
  return names;
}

using Names = std::vector<std::string>;

TEST(Move, ProgramsOfTilesAndOfRows) {
  const auto device = open({.mode = Mode::shape, .explain = true});
  const auto tiles = [&](const Shape& shape) {
    return device->upload(value_less(shape, DType::f32), {});
  };
  const auto rows = [&](const Shape& shape) {
    return device->upload(value_less(shape, DType::f32), {.layout = Layout::row_major});
  };
  const std::string untilize = "untilize with unpadding", tilize = "tilize with value padding";
  slice(tiles({64, 64}), {32, 0}, {64, 40});
  EXPECT_EQ(programs(*device), (Names{"slice, tiles whole"}));
  slice(tiles({64, 64}), {1, 0}, {64, 40});
  EXPECT_EQ(programs(*device), (Names{untilize, "slice, rows", tilize}));
  slice(tiles({64, 64}), {0, 0}, {64, 64}, {1, 2});
  EXPECT_EQ(programs(*device), (Names{untilize, "slice, rows with steps", tilize}));
  slice(rows({64, 64}), {1, 0}, {64, 40});
  EXPECT_EQ(programs(*device), (Names{"slice, rows"}));
  const Tensor whole[] = {tiles({40, 32}), tiles({40, 64})},
               part[] = {tiles({40, 33}), tiles({40, 64})};
  concat(whole, 1);
  EXPECT_EQ(programs(*device), (Names{"concat, tiles whole"}));
  concat(part, 1);
  const std::string turn = "permute, rows in blocks";
  EXPECT_EQ(programs(*device),
            (Names{untilize, untilize, turn, turn, "concat, rows", turn, tilize}));
  const Tensor lines[] = {rows({3, 16}), rows({4, 16})};
  concat(lines, 0);
  EXPECT_EQ(programs(*device), (Names{"concat, rows"}));
  pad(tiles({40, 40}), {0, 0}, {0, 30}, 1);
  EXPECT_EQ(programs(*device), (Names{"fill padding", "pad, tiles"}));
  pad(tiles({40, 40}), {0, 0}, {0, 20}, 1);
  EXPECT_EQ(programs(*device), (Names{"fill padding"}));
  repeat(tiles({32, 32}), {2, 3});
  EXPECT_EQ(programs(*device), (Names{untilize, "repeat", "repeat", tilize}));
  repeat_interleave(tiles({32, 32}), {1, 2});
  EXPECT_EQ(programs(*device),
            (Names{"transpose WH", untilize, "concat, rows", tilize, "transpose WH"}));
  permute(rows({2, 3, 4}), std::vector<int>{1, 0, 2});
  EXPECT_EQ(programs(*device), (Names{"permute, rows whole"}));
  permute(tiles({2, 2, 2, 3, 4}), std::vector<int>{1, 0, 4, 2, 3});
  EXPECT_EQ(programs(*device), (Names{"permute, tile rows whole"}));
}

// The pad program for tiles runs on one core; a slice reads only what it takes.
TEST(Move, WorkIsWhatIsMoved) {
  const auto device = open({.mode = Mode::shape});
  device->event_log()->start();
  const Tensor tensor = device->upload(value_less({64, 64}, DType::f32), {});
  slice(tensor, {32, 0}, {64, 32});
  pad(tensor, {0, 0}, {32, 0});
  const std::vector<Event> events = device->event_log()->take();
  const auto& sliced = std::get<OpEvent>(events.at(events.size() - 2));
  EXPECT_EQ(sliced.traffic.dram_read_bytes, 2048);
  EXPECT_EQ(sliced.traffic.dram_written_bytes, 2048);
  const auto& padded = std::get<OpEvent>(events.back());
  EXPECT_EQ(padded.cores, 1);
  EXPECT_EQ(padded.traffic.dram_read_bytes, 4 * 2048);
  EXPECT_EQ(padded.traffic.dram_written_bytes, 6 * 2048);
}

TEST(Move, GoesWhereItIsTold) {
  const auto device = open();
  const Tensor in_dram = device->upload(random_tensor({32, 96}), {});
  const Tensor in_core = device->upload(random_tensor({32, 96}), in_l1());
  const auto moved = [](Op op, const Tensor& input, OpAttributes attributes) {
    return run_op(op, {{input}, std::nullopt, attributes}).memory();
  };
  const OpAttributes cut{.begins = Dims{0, 0}, .ends = Dims{32, 32}};
  EXPECT_EQ(moved(Op::slice, in_core, cut), Memory::l1);
  EXPECT_EQ(moved(Op::concat, in_core, {}), Memory::dram);
  EXPECT_EQ(moved(Op::repeat_interleave, in_core, {.repeats = Dims{2, 1}}), Memory::dram);
  EXPECT_EQ(moved(Op::repeat_interleave, in_core, {.repeats = Dims{1, 2}}), Memory::l1);
  // What moves nothing is copied when it is to lie elsewhere.
  EXPECT_EQ(moved(Op::reshape, in_dram, {.memory = Memory::l1, .shape = Shape{1, 32, 96}}),
            Memory::l1);
  for (const Memory memory : {Memory::dram, Memory::l1})
    EXPECT_EQ(moved(Op::permute, in_dram, {.memory = memory, .dims = Dims{0, 1}}), memory);
}

// All 65,536 patterns as a tensor.
Tensor all_patterns(const Shape& shape) {
  Tensor tensor = Tensor::empty(shape, DType::bf16);
  std::uint16_t pattern = 0;
  for (bfloat16& value : tensor.mutable_values<bfloat16>()) value = bfloat16::from_bits(pattern++);
  return tensor;
}

std::uint16_t packed(std::uint16_t pattern) {
  if ((pattern & 0x7f80) == 0) return 0;
  return (pattern & 0x7fff) > 0x7f80 ? (pattern & 0x8000) | 0x7f80 : pattern;
}

// Which programs copy bits as they are, and which pass the packer.
TEST(Move, BitsAreKeptOrPassThePacker) {
  const auto device = open();
  const Tensor host = all_patterns({2, 1, 256, 128});
  const Tensor tiles = device->upload(host, {});
  const Tensor rows = device->upload(host, {.layout = Layout::row_major});
  const Tensor twice[] = {tiles, tiles};
  const struct {
    const char* what;
    Tensor result;
    bool through_packer;
  } cases[] = {
      {"reshape of tiles", reshape(tiles, {512, 2, 64}), false},
      {"reshape of rows", reshape(rows, {64, 1024}), false},
      {"permute of whole tiles", permute(tiles, std::vector<int>{1, 0, 2, 3}), false},
      {"permute of tile rows", permute(tiles, std::vector<int>{2, 0, 1, 3}), false},
      {"transpose of tiles", permute(tiles, std::vector<int>{0, 1, 3, 2}), true},
      {"permute of columns", permute(tiles, std::vector<int>{3, 2, 1, 0}), true},
      {"permute of whole rows", permute(rows, std::vector<int>{2, 1, 0, 3}), false},
      {"permute of rows", permute(rows, std::vector<int>{0, 1, 3, 2}), true},
      {"tilize", to_layout(rows, Layout::tile), true},
      {"untilize", to_layout(tiles, Layout::row_major), true},
      {"slice of whole tiles", slice(tiles, {1, 0, 0, 0}, {2, 1, 256, 120}), false},
      {"slice of tiles", slice(tiles, {0, 0, 0, 1}, {2, 1, 256, 128}), true},
      {"slice of rows", slice(rows, {0, 0, 0, 1}, {2, 1, 256, 128}), false},
      {"concat of whole tiles", concat(twice, 3), false},
      {"pad", pad(tiles, {0, 0, 0, 0}, {1, 0, 0, 7}), false},
      {"repeat of tiles", repeat(tiles, {2, 1, 1, 1}), true},
      {"repeat of rows", repeat(rows, {2, 1, 1, 1}), false},
      {"heads",
       split_heads(device->upload(all_patterns({1, 1, 256, 256}), {}), {.heads = 8, .kv_heads = 0}),
       false},
      {"heads, transposed",
       split_heads(device->upload(all_patterns({1, 1, 256, 256}), {}),
                   {.heads = 8, .kv_heads = 0, .transposed = true}),
       true},
      {"heads together", concatenate_heads(device->upload(all_patterns({1, 8, 256, 32}), {})),
       false}};
  for (const auto& c : cases) {
    bool changed = false, kept_denormals = false;
    for (const std::uint16_t pattern : bits(device->download(c.result))) {
      changed |= packed(pattern) != pattern;
      kept_denormals |= pattern == 0x8001;
    }
    EXPECT_EQ(changed, !c.through_packer) << c.what;
    EXPECT_EQ(kept_denormals, !c.through_packer) << c.what;
  }
}

// fill_cache copies tiles; update_cache passes one row of tiles through the packer and leaves the others.
TEST(Move, CachesKeepTheBitsThatAreNotWritten) {
  const auto device = open();
  const Tensor host = all_patterns({1, 1, 512, 128});
  const Tensor cache = device->upload(host, {});
  update_cache(cache, device->upload(Tensor::zeros({1, 1, 1, 128}, DType::bf16), {}), 3);
  const std::vector<std::uint16_t> before = bits(host), after = bits(device->download(cache));
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::size_t row = i / 128;
    ASSERT_EQ(after[i], row == 3 ? 0 : row < 32 ? packed(before[i]) : before[i]) << i;
  }
  const Balance balanced = balance(*device);
  fill_cache(cache, device->upload(all_patterns({1, 1, 512, 128}), {}), 0);
  EXPECT_EQ(bits(device->download(cache)), before);
  EXPECT_EQ(balance(*device), balanced);
}

// The image of a device tensor, padding included.
std::vector<std::uint16_t> image(const Tensor& tensor) {
  const auto& storage = static_cast<const DeviceStorage&>(*tensor.storage());
  const auto* patterns = reinterpret_cast<const std::uint16_t*>(storage.values());
  return {patterns, patterns + TiledShape(tensor.shape()).elements()};
}

TEST(Move, PaddingHoldsWhatTheReleaseLeavesThere) {
  const auto device = open();
  const Tensor ones = device->upload(full_like(Tensor::zeros({64, 64}, DType::bf16), 1), {});
  for (const std::uint16_t pattern : image(slice(ones, {0, 0}, {40, 40})))
    ASSERT_EQ(pattern, 0x3f80);
  const Tensor padded = slice(ones, {1, 1}, {41, 41});
  EXPECT_EQ(std::ranges::count(image(padded), 0x3f80), 40 * 40);
  for (const std::uint16_t pattern : image(pad(padded, {0, 0}, {1, 1}, 1)))
    ASSERT_EQ(pattern, 0x3f80);
  for (const std::uint16_t pattern : image(full_like(padded, 1))) ASSERT_EQ(pattern, 0x3f80);
  const Tensor rows = to_layout(padded, Layout::row_major);
  const Tensor tiles =
      run_op(Op::to_layout, {{rows}, std::nullopt, {.layout = Layout::tile, .value = 1}});
  for (const std::uint16_t pattern : image(tiles)) ASSERT_EQ(pattern, 0x3f80);
}

TEST(Move, NumbersAreCutToBf16) {
  const auto device = open();
  const Tensor tensor = device->upload(random_tensor({32, 32}), {});
  EXPECT_EQ(bits(device->download(full_like(tensor, 0.1))).at(0), 0x3dcc);
  EXPECT_EQ(bits(device->download(pad(tensor, {0, 0}, {0, 1}, 0.1))).at(32), 0x3dcc);
}

// f32 moves where data movement kernels copy bits.
TEST(Move, OfF32) {
  const auto device = open();
  const Tensor host = random_tensor({64, 64});
  const Tensor tensor = device->upload(host, {.dtype = DType::f32});
  const Tensor moved = device->download(slice(tensor, {32, 0}, {64, 64}));
  EXPECT_EQ(moved.values<float>()[5], host.values<float>()[32 * 64 + 5]);
  // Through rows, and so through fp16's ten bits, to tiles again.
  const Tensor cut = device->download(slice(tensor, {1, 0}, {64, 64}));
  EXPECT_EQ(
      cut.values<float>()[5],
      std::bit_cast<float>(std::bit_cast<std::uint32_t>(host.values<float>()[64 + 5]) & ~0x1fffu));
}

TEST(Move, ReshapesKeepTheOrderOfElements) {
  const auto device = open();
  const Tensor host = random_tensor({4, 32, 48}, 10, DType::bf16);
  const Tensor tensor = device->upload(host, {});
  for (const Shape& shape : {Shape{128, 48}, Shape{4, 1536}, Shape{6144}, Shape{2, 2, 32, 48},
                             Shape{3, 2048}, Shape{4, 16, 96}}) {
    const Tensor reshaped = reshape(tensor, shape);
    EXPECT_EQ(reshaped.shape(), shape);
    EXPECT_EQ(bits(device->download(reshaped)), bits(host)) << shape.text();
  }
  EXPECT_EQ(reshape(tensor, {128, 48}).storage(), tensor.storage());
  EXPECT_NE(reshape(tensor, {4, 1536}).storage(), tensor.storage());
}

}  // namespace
}  // namespace wattention::wormhole
