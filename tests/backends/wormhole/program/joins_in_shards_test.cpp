// Concat and pad of tensors in shards against index arithmetic by hand, where their results lie, and what is refused.
#include <bit>
#include <optional>

#include "moves_in_shards.h"

namespace wattention::wormhole {
namespace {

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

}  // namespace
}  // namespace wattention::wormhole
