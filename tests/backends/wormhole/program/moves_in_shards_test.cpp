// Other moves of tensors in shards against index arithmetic by hand, where their results lie, and what is refused.
#include <optional>

#include "moves_in_shards.h"

namespace wattention::wormhole {
namespace {

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
