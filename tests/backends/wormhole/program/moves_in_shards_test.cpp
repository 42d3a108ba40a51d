// Moves of tensors in shards against index arithmetic by hand, where their results lie, and what is refused.
#include <array>
#include <bit>
#include <functional>
#include <optional>

#include "device_fixture.h"

namespace wattention::wormhole {
namespace {

using Index = std::array<std::int64_t, 4>;
using Source = std::function<float(const Index&)>;

class MovesInShards : public testing::Test {
 protected:
  Tensor in_shards(const Tensor& host, const char* word, Layout layout,
                   DType dtype = DType::bf16) const {
    return device_->upload(host,
                           {.layout = layout, .dtype = dtype, .sharding = parse_sharding(word)});
  }
  std::vector<float> values(const Tensor& tensor) const {
    const Tensor host = device_->download(tensor).to(DType::f32);
    const auto found = host.values<float>();
    return {found.begin(), found.end()};
  }
  void expect_elements(const Tensor& found, const Shape& shape, const Source& source) const {
    ASSERT_EQ(found.shape(), shape);
    const std::vector<float> elements = values(found);
    for (std::int64_t i = 0; i < shape.numel(); ++i) {
      Index index{};
      std::int64_t rest = i;
      for (int dim = 3; dim >= 0; --dim) {
        index[static_cast<std::size_t>(dim)] = rest % shape[dim];
        rest /= shape[dim];
      }
      ASSERT_EQ(elements[static_cast<std::size_t>(i)], source(index)) << "at " << i;
    }
  }
  std::vector<OpEvent> programs_of(const std::function<void()>& call) const {
    device_->event_log()->take();
    device_->event_log()->start();
    call();
    device_->event_log()->stop();
    std::vector<OpEvent> programs;
    for (const Event& event : device_->event_log()->take())
      programs.push_back(std::get<OpEvent>(event));
    return programs;
  }

  const std::shared_ptr<WormholeBackend> device_ = open();
};

// Whole numbers that bf16 and blocks of 16 hold.
Tensor numbered(const Shape& shape, int first = 1) {
  Tensor tensor = Tensor::empty(shape);
  int value = first;
  for (float& element : tensor.mutable_values<float>()) {
    element = static_cast<float>(value);
    value = value % 61 + 1;
  }
  return tensor;
}

float at(const Tensor& host, const Index& index) {
  std::int64_t offset = 0;
  for (int dim = 0; dim < 4; ++dim)
    offset = offset * host.size(dim) + index[static_cast<std::size_t>(dim)];
  return host.values<float>()[static_cast<std::size_t>(offset)];
}

OpAttributes joined_by(std::optional<const char*> to, int dim = 3) {
  OpAttributes attributes;
  attributes.dim = dim;
  if (to) attributes.sharding = parse_sharding(*to);
  return attributes;
}

TEST_F(MovesInShards, CoresJoinTheirOwnShards) {
  const Tensor x = numbered({1, 1, 128, 64}), y = numbered({1, 1, 128, 128}, 7);
  const char* out = "height:64x192:0,0-1,0";
  for (const DType dtype : {DType::bf16, DType::bfloat8_b, DType::f32})
    for (const Layout layout : {Layout::tile, Layout::row_major}) {
      if ((layout == Layout::tile ? DType::f32 : DType::bfloat8_b) == dtype) continue;
      const Tensor a = in_shards(x, "height:64x64:0,0-1,0", layout, dtype);
      const Tensor b = in_shards(y, "height:64x128:0,0-1,0", layout, dtype);
      Tensor joined;
      const auto programs = programs_of([&] {
        joined = run_op(Op::concat, {{a, b}, std::nullopt, joined_by(out)});
      });
      ASSERT_EQ(programs.size(), 1u);
      EXPECT_EQ(programs[0].cores, 2);
      EXPECT_EQ(programs[0].traffic.dram_read_bytes + programs[0].traffic.dram_written_bytes, 0);
      EXPECT_EQ(to_string(*joined.sharding()), out);
      expect_elements(joined, {1, 1, 128, 192}, [&](const Index& i) {
        return i[3] < 64 ? at(x, i) : at(y, {0, 0, i[2], i[3] - 64});
      });
    }
}

TEST_F(MovesInShards, ConcatSaysWhatItDoesNotJoin) {
  const char *one = "height:64x64:0,0-1,0", *both = "height:64x128:0,0-1,0";
  const Tensor host = numbered({1, 1, 128, 64});
  const Tensor tiles = in_shards(host, one, Layout::tile);
  const auto refused = [&](const std::vector<Tensor>& tensors, const OpAttributes& attributes) {
    return error_of([&] { run_op(Op::concat, {tensors, std::nullopt, attributes}); });
  };
  const struct {
    std::optional<const char*> to;
    const char* sentence;
  } places[] = {
      {std::nullopt, "Sharded output and inputs must have the same memory layout."},
      {"width:128x64:0,0-1,0", "Sharded output and inputs must have the same memory layout."},
      {"height:32x128:0,0-3,0", "Sharded output and inputs must have the same grid."}};
  for (const auto& [to, sentence] : places)
    expect_says(refused({tiles, tiles}, joined_by(to)), ErrorKind::bad_input, sentence);
  const Tensor flat = in_shards(numbered({128, 64}), one, Layout::row_major);
  expect_says(refused({flat, flat}, joined_by(both, 1)), ErrorKind::bad_input,
              "Sharded concat RM only supports dim=3");
  const Tensor words = in_shards(host, one, Layout::tile, DType::f32);
  expect_says(refused({words, words}, joined_by(both)), ErrorKind::unsupported, "as bf16");
  // 40 rows leave 8 for the last core; it joins as many as 20 leave, 4.
  const Tensor matrices =
      in_shards(numbered({1, 2, 20, 64}), "height:16x64:0,0-2,0", Layout::row_major);
  expect_says(refused({matrices, matrices}, joined_by("height:16x128:0,0-2,0")),
              ErrorKind::unverified, "4 rows on the last core");
}

TEST_F(MovesInShards, ConcatOfOneTensorMovesIt) {
  const Tensor host = numbered({1, 1, 128, 64});
  const Tensor tiles = in_shards(host, "height:64x64:0,0-1,0", Layout::tile);
  const Tensor pages = run_op(Op::concat, {{tiles}, std::nullopt, joined_by(std::nullopt)});
  EXPECT_EQ(pages.sharding(), nullptr);
  EXPECT_EQ(pages.memory(), Memory::dram);
  EXPECT_EQ(values(pages), values(tiles));
}

Tensor padded(const Tensor& tensor, const Dims& before, const Dims& after, double value,
              std::optional<const char*> to = std::nullopt) {
  OpAttributes attributes;
  attributes.before = before;
  attributes.after = after;
  attributes.value = value;
  if (to) attributes.sharding = parse_sharding(*to);
  return run_op(Op::pad, {{tensor}, std::nullopt, attributes});
}

TEST_F(MovesInShards, PadPutsRowsAndColumnsAround) {
  const Tensor host = numbered({2, 3, 8, 16});
  for (const char* word : {"height:6x16:0,0-3,1", "height:6x16:0,0-3,1:by_column"}) {
    const Tensor rows = in_shards(host, word, Layout::row_major);
    Tensor found;
    const std::string out = word == std::string("height:6x16:0,0-3,1")
                                ? "height:14x16:0,0-3,1"
                                : "height:14x16:0,0-3,1:by_column";
    const auto programs = programs_of([&] {
      found = padded(rows, {0, 1, 2, 0}, {0, 1, 1, 0}, 5, out.c_str());
    });
    ASSERT_EQ(programs.size(), 1u);
    EXPECT_EQ(programs[0].program, "pad, height of shards");
    EXPECT_EQ(programs[0].cores, 8);
    EXPECT_EQ(programs[0].traffic.dram_read_bytes + programs[0].traffic.dram_written_bytes, 0);
    EXPECT_EQ(to_string(*found.sharding()), out);
    expect_elements(found, {2, 5, 11, 16}, [&](const Index& i) {
      const bool inside = i[1] >= 1 && i[1] < 4 && i[2] >= 2 && i[2] < 10;
      return inside ? at(host, {i[0], i[1] - 1, i[2] - 2, i[3]}) : 5;
    });
  }
}

// Rows that are wider hold the value itself; rows of f32 that are added hold two bf16 of it.
TEST_F(MovesInShards, PadOfBothSidesRunsTwice) {
  const Tensor host = numbered({1, 1, 4, 8});
  const float pair = std::bit_cast<float>(std::uint32_t{0x40404040});
  for (const DType dtype : {DType::bf16, DType::f32}) {
    const Tensor rows = in_shards(host, "height:2x8:0,0-0,1", Layout::row_major, dtype);
    Tensor found;
    const auto programs = programs_of([&] { found = padded(rows, {0, 0, 0, 0}, {0, 0, 2, 8}, 3); });
    ASSERT_EQ(programs.size(), 2u);
    EXPECT_EQ(programs[0].program, "pad, width of shards");
    EXPECT_EQ(programs[0].traffic, Traffic{});
    EXPECT_EQ(to_string(*found.sharding()), "height:3x16:0,0-0,1");
    expect_elements(found, {1, 1, 6, 16}, [&](const Index& i) {
      if (i[2] >= 4) return dtype == DType::f32 ? pair : 3;
      return i[3] < 8 ? at(host, i) : 3;
    });
    // The width alone stays where the rows are, whatever was asked for.
    const Tensor wide = padded(rows, {0, 0, 0, 0}, {0, 0, 0, 8}, 3, "height:4x16:0,0-0,0");
    EXPECT_EQ(to_string(*wide.sharding()), "height:2x16:0,0-0,1");
    expect_elements(wide, {1, 1, 4, 16},
                    [&](const Index& i) { return i[3] < 8 ? at(host, i) : 3; });
  }
}

TEST_F(MovesInShards, PadSaysWhatItDoesNotTake) {
  const Tensor host = numbered({1, 1, 64, 64});
  const Tensor rows = in_shards(host, "height:32x64:0,0-1,0", Layout::row_major);
  const Dims none{0, 0, 0, 0}, below{0, 0, 64, 0}, beside{0, 0, 0, 64};
  const auto refused = [&](const Tensor& tensor, const Dims& before, const Dims& after,
                           std::optional<const char*> to = std::nullopt) {
    return error_of([&] { padded(tensor, before, after, 0, to); });
  };
  expect_says(refused(in_shards(host, "block:32x32:0,0-1,1", Layout::row_major), none, below),
              ErrorKind::bad_input, "only height-sharding is supported.");
  expect_says(refused(in_shards(host, "height:32x64:0,0-1,0", Layout::tile), none, below),
              ErrorKind::bad_input, "Only row-major sharded inputs are supported.");
  expect_says(refused(rows, none, below, "width:128x32:0,0-1,0"), ErrorKind::bad_input,
              "for sharded inputs, only height-sharding is supported for the output.");
  expect_says(refused(rows, none, below), ErrorKind::bad_input,
              "Number of shards along height 4 must not exceed number of cores 2");
  expect_says(refused(rows, beside, none), ErrorKind::unverified, "in front of rows");
  const Tensor elsewhere = in_shards(host, "height:32x64:1,1-2,1", Layout::row_major);
  expect_says(refused(elsewhere, none, below, "height:64x64:1,1-2,1"), ErrorKind::unverified,
              "lines of cores from the corner");
  const Tensor high = in_shards(host, "height:48x64:0,0-1,0", Layout::row_major);
  expect_says(refused(high, none, beside), ErrorKind::unverified, "stay on their cores");
  expect_says(refused(device_->upload(host, {.layout = Layout::row_major}), none, below,
                      "height:64x64:0,0-1,0"),
              ErrorKind::unverified, "pages after as before");
}

Tensor sliced(const Tensor& tensor, const Dims& begins, const Dims& ends,
              std::optional<const char*> to = std::nullopt, int step = 1) {
  OpAttributes attributes;
  attributes.begins = begins;
  attributes.ends = ends;
  attributes.steps = Dims{1, 1, step, 1};
  if (to && *to == std::string("dram"))
    attributes.memory = Memory::dram;
  else if (to)
    attributes.sharding = parse_sharding(*to);
  return run_op(Op::slice, {{tensor}, std::nullopt, attributes});
}

TEST_F(MovesInShards, SliceFetchesRows) {
  const Tensor host = numbered({2, 4, 16, 32});
  const Tensor rows = in_shards(host, "height:16x32:0,0-7,0", Layout::row_major);
  Tensor found;
  const auto programs = programs_of([&] {
    found = sliced(rows, {0, 1, 3, 0}, {2, 3, 13, 32}, "height:10x32:0,0-3,0");
  });
  ASSERT_EQ(programs.size(), 1u);
  EXPECT_EQ(programs[0].program, "slice, shards");
  EXPECT_EQ(programs[0].cores, 4);
  EXPECT_EQ(to_string(*found.sharding()), "height:10x32:0,0-3,0");
  expect_elements(found, {2, 2, 10, 32}, [&](const Index& i) {
    return at(host, {i[0], i[1] + 1, i[2] + 3, i[3]});
  });
  // Without a place they stay in shards of the same size.
  EXPECT_EQ(to_string(*sliced(rows, {0, 0, 0, 0}, {2, 2, 16, 32}).sharding()),
            "height:16x32:0,0-7,0");
}

// Tiles become rows where the result is to lie, and tiles again.
TEST_F(MovesInShards, SliceOfTilesGoesByWayOfRows) {
  const Tensor host = numbered({1, 1, 256, 64});
  const Tensor tiles = in_shards(host, "height:64x64:0,0-3,0", Layout::tile);
  const struct {
    const char* to;
    Dims begins, ends;
    std::vector<std::string> programs;
  } cases[] = {{"dram",
                {0, 0, 5, 3},
                {1, 1, 77, 60},
                {"untilize, shards", "slice, rows", "tilize with value padding"}},
               {"height:64x64:0,0-3,0",
                {0, 0, 32, 0},
                {1, 1, 160, 64},
                {"untilize, shards", "slice, shards", "tilize, shards"}}};
  for (const auto& [to, begins, ends, names] : cases) {
    Tensor found;
    const auto programs = programs_of([&] { found = sliced(tiles, begins, ends, to); });
    ASSERT_EQ(programs.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(programs[i].program, names[i]);
    EXPECT_EQ(found.layout(), Layout::tile);
    expect_elements(found, {1, 1, ends[2] - begins[2], ends[3] - begins[3]}, [&](const Index& i) {
      return at(host, {0, 0, i[2] + begins[2], i[3] + begins[3]});
    });
  }
}

TEST_F(MovesInShards, SliceSaysWhatItDoesNotTake) {
  const Tensor host = numbered({1, 1, 64, 64});
  const Tensor rows = in_shards(host, "height:32x64:0,0-1,0", Layout::row_major);
  const Dims start{0, 0, 0, 0}, half{1, 1, 32, 64};
  const auto refused = [&](const Tensor& tensor, const Dims& ends,
                           std::optional<const char*> to = std::nullopt, int step = 1) {
    return error_of([&] { sliced(tensor, start, ends, to, step); });
  };
  expect_says(refused(rows, half, std::nullopt, 2), ErrorKind::bad_input,
              "Strided slice is not supported for sharded tensor");
  expect_says(refused(rows, half, "dram"), ErrorKind::bad_input, "bad optional access");
  expect_says(refused(rows, {1, 1, 64, 32}, "height:32x32:0,0-1,0"), ErrorKind::unverified,
              "whole rows of shards");
  expect_says(refused(in_shards(host, "width:64x32:0,0-1,0", Layout::row_major), half),
              ErrorKind::unverified, "shards of rows");
  expect_says(
      refused(device_->upload(host, {.layout = Layout::row_major}), half, "height:32x64:0,0-0,0"),
      ErrorKind::unverified, "pages after as before");
}

TEST_F(MovesInShards, RepeatGoesByWayOfPages) {
  const Tensor host = numbered({1, 1, 64, 32});
  for (const Layout layout : {Layout::tile, Layout::row_major}) {
    const Tensor one = in_shards(host, "height:32x32:0,0-1,0", layout);
    OpAttributes attributes;
    attributes.repeats = Dims{1, 1, 2, 1};
    attributes.sharding = parse_sharding("height:32x32:0,0-3,0");
    Tensor found;
    const auto programs = programs_of([&] {
      found = run_op(Op::repeat, {{one}, std::nullopt, attributes});
    });
    EXPECT_EQ(programs.front().program, "sharded to interleaved");
    EXPECT_EQ(programs.back().program, "interleaved to sharded");
    EXPECT_EQ(programs.size(), layout == Layout::tile ? 5u : 3u);
    EXPECT_EQ(to_string(*found.sharding()), "height:32x32:0,0-3,0");
    expect_elements(found, {1, 1, 128, 32}, [&](const Index& i) {
      return at(host, {0, 0, i[2] % 64, i[3]});
    });
    attributes.sharding.reset();
    expect_says(error_of([&] {
                  run_op(Op::repeat, {{one}, std::nullopt, attributes});
                }),
                ErrorKind::bad_input,
                "Number of shards along height 4 must not exceed number of cores 2");
  }
}

TEST_F(MovesInShards, ReshapeOfTheSameRowsIsAView) {
  const Tensor host = numbered({2, 2, 32, 32});
  const Tensor tiles = in_shards(host, "height:32x32:0,0-3,0", Layout::tile);
  Tensor found;
  EXPECT_TRUE(programs_of([&] { found = reshape(tiles, Shape{1, 4, 32, 32}); }).empty());
  EXPECT_EQ(to_string(*found.sharding()), "height:32x32:0,0-3,0");
  expect_elements(found, {1, 4, 32, 32}, [&](const Index& i) {
    return at(host, {i[1] / 2, i[1] % 2, i[2], i[3]});
  });
  const Tensor rows = in_shards(host, "height:32x32:0,0-3,0", Layout::row_major);
  OpAttributes attributes;
  attributes.shape = Shape{1, 1, 64, 64};
  attributes.sharding = parse_sharding("height:16x64:0,0-3,0");
  found = run_op(Op::reshape, {{rows}, std::nullopt, attributes});
  EXPECT_EQ(to_string(*found.sharding()), "height:16x64:0,0-3,0");
  expect_elements(found, {1, 1, 64, 64}, [&](const Index& i) {
    const std::int64_t row = i[2] * 2 + i[3] / 32;
    return at(host, {row / 64, row / 32 % 2, row % 32, i[3] % 32});
  });
}

Tensor reordered(const Tensor& tensor, const Dims& dims,
                 std::optional<const char*> to = std::nullopt) {
  OpAttributes attributes;
  attributes.dims = dims;
  if (to && *to == std::string("dram"))
    attributes.memory = Memory::dram;
  else if (to)
    attributes.sharding = parse_sharding(*to);
  return run_op(Op::permute, {{tensor}, std::nullopt, attributes});
}

TEST_F(MovesInShards, CoresTransposeTheirOwnMatrices) {
  const Tensor host = numbered({1, 4, 64, 32});
  for (const Layout layout : {Layout::tile, Layout::row_major}) {
    const Tensor matrices = in_shards(host, "height:128x32:0,0-1,0", layout);
    Tensor found;
    const auto programs = programs_of([&] { found = reordered(matrices, {0, 1, 3, 2}); });
    ASSERT_EQ(programs.size(), 1u);
    EXPECT_EQ(programs[0].traffic, Traffic{});
    EXPECT_EQ(to_string(*found.sharding()), "height:64x64:0,0-1,0");
    expect_elements(found, {1, 4, 32, 64}, [&](const Index& i) {
      return at(host, {0, i[1], i[3], i[2]});
    });
  }
  // Of one matrix in several shards rows become columns.
  const Tensor one = numbered({1, 1, 128, 64});
  const Tensor found =
      reordered(in_shards(one, "height:32x64:0,0-3,0", Layout::tile), {0, 1, 3, 2});
  EXPECT_EQ(to_string(*found.sharding()), "width:64x32:0,0-3,0");
  expect_elements(found, {1, 1, 64, 128}, [&](const Index& i) {
    return at(one, {0, 0, i[3], i[2]});
  });
}

TEST_F(MovesInShards, RowsTakeTurns) {
  const Tensor host = numbered({1, 4, 8, 16});
  const Tensor rows = in_shards(host, "height:8x16:0,0-3,0", Layout::row_major);
  const struct {
    Dims dims;
    std::size_t programs;
    const char* sharding;
  } cases[] = {{{0, 2, 1, 3}, 1, "height:8x16:0,0-3,0"},
               {{0, 2, 3, 1}, 2, ""},
               {{0, 3, 1, 2}, 2, "height:16x8:0,0-3,0"}};
  for (const auto& [dims, count, sharding] : cases) {
    if (dims[3] == 1) {  // 4 columns are no 16 bytes
      expect_says(error_of([&] { reordered(rows, dims); }), ErrorKind::bad_input,
                  "ROW_MAJOR_STICK_WIDTH");
      continue;
    }
    Tensor found;
    EXPECT_EQ(programs_of([&] { found = reordered(rows, dims); }).size(), count);
    EXPECT_EQ(to_string(*found.sharding()), sharding);
    std::int64_t sizes[4];
    for (std::size_t dim = 0; dim < 4; ++dim) sizes[dim] = host.size(dims[dim]);
    expect_elements(found, Shape(std::span<const std::int64_t>(sizes)), [&](const Index& i) {
      Index from{};
      for (std::size_t dim = 0; dim < 4; ++dim) from[static_cast<std::size_t>(dims[dim])] = i[dim];
      return at(host, from);
    });
  }
}

TEST_F(MovesInShards, TransposesSayWhatTheyDoNotTake) {
  const Tensor host = numbered({3, 4, 32, 32});
  const Tensor tiles = in_shards(host, "height:96x32:0,0-3,0", Layout::tile);
  const auto refused = [](const Tensor& tensor, const Dims& dims,
                          std::optional<const char*> to = std::nullopt) {
    return error_of([&] { reordered(tensor, dims, to); });
  };
  const Dims sides{0, 1, 3, 2}, middle{0, 2, 1, 3};
  expect_says(refused(tiles, {1, 0, 2, 3}), ErrorKind::bad_input,
              "Sharded permute not supported for this permutation");
  expect_says(refused(tiles, middle), ErrorKind::bad_input,
              "HC transpose does not support sharded+tilized inputs");
  expect_says(refused(tiles, sides, "dram"), ErrorKind::bad_input,
              "Output must be sharded for transpose WH");
  expect_says(refused(in_shards(host, "height:48x32:0,0-7,0", Layout::row_major), sides),
              ErrorKind::bad_input, "a factor of H is allows");
  expect_says(refused(in_shards(host, "width:384x32:0,0-0,0", Layout::tile), sides),
              ErrorKind::bad_input, "Only height and block sharding is supported");
  expect_says(refused(device_->upload(host, {}), sides, "height:96x32:0,0-3,0"),
              ErrorKind::bad_input, "Interleaved input tensors cannot output sharded outputs");
  expect_says(refused(device_->upload(host, {}), {0, 3, 1, 2}, "height:96x32:0,0-3,0"),
              ErrorKind::unverified, "pages after as before");
  // Shards of 12 rows of matrices of 16 would cross batches, which the program of even shards forgets.
  const Tensor crossing =
      in_shards(numbered({3, 4, 4, 16}), "height:12x16:0,0-3,0", Layout::row_major);
  expect_says(refused(crossing, middle), ErrorKind::unverified, "full shards of one batch");
}

TEST_F(MovesInShards, EmbeddingMakesTilesInShards) {
  const Tensor weight = numbered({50, 128});
  Tensor ids = Tensor::empty({2, 64}, DType::uint32);
  std::uint32_t id = 7;
  for (std::uint32_t& one : ids.mutable_values<std::uint32_t>()) one = id = (id * 13 + 5) % 50;
  const Tensor sent = device_->upload(ids, {.layout = Layout::row_major, .dtype = DType::uint32});
  const Tensor table = device_->upload(weight, {.layout = Layout::row_major});
  const auto looked_up = [&](const char* word, Layout layout = Layout::tile) {
    OpAttributes attributes;
    attributes.layout = layout;
    attributes.sharding = parse_sharding(word);
    return run_op(Op::embedding, {{sent, table}, std::nullopt, attributes});
  };
  for (const char* word : {"height:32x128:0,0-3,0", "width:128x32:0,0-3,0", "block:64x64:0,0-1,1",
                           "block:64x32:0,0-1,3:by_column"}) {
    Tensor found;
    const auto programs = programs_of([&] { found = looked_up(word); });
    ASSERT_EQ(programs.size(), 1u);
    EXPECT_EQ(programs[0].program, "embedding, tiles in shards");
    EXPECT_EQ(programs[0].cores, found.sharding()->core_count());
    EXPECT_EQ(programs[0].traffic.dram_written_bytes, 0);
    EXPECT_EQ(to_string(*found.sharding()), word);
    const std::vector<float> elements = values(found);
    const auto row_of = ids.values<std::uint32_t>();
    for (std::size_t i = 0; i < elements.size(); ++i)
      ASSERT_EQ(elements[i], weight.values<float>()[row_of[i / 128] * 128 + i % 128]) << word;
  }
  expect_says(error_of([&] { looked_up("height:32x128:0,0-3,0", Layout::row_major); }),
              ErrorKind::bad_input, "Embedding only supports interleaved RM outputs");
  expect_says(error_of([&] { looked_up("height:96x128:0,0-1,0"); }), ErrorKind::bad_input,
              "Input tensor volume 128 must be a multiple of shard height 96");
  expect_says(error_of([&] { looked_up("height:32x128:0,0-7,0"); }), ErrorKind::unverified,
              "a core for each shard");
}

}  // namespace
}  // namespace wattention::wormhole
