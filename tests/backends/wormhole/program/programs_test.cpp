// Cores, blocks and buffers of the programs beside matmul.
#include <gtest/gtest.h>

#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/program/softmax.h"
#include "backends/wormhole/program/work_split.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t tile = 2048;

std::string attribute(const Program& program, const std::string& name) {
  for (const auto& [key, value] : program.attributes)
    if (key == name) return value;
  return "";
}

Program softmax(std::int64_t rows, std::int64_t width, bool stable = false) {
  return make_softmax({rows, width, false, stable, Memory::dram, Memory::dram},
                      release_profile("0.57"));
}

TEST(SoftmaxProgram, OneCorePerTileRow) {
  EXPECT_EQ(softmax(32, 32).work.cores, 32);
  EXPECT_EQ(softmax(1, 1).work.cores, 1);
  EXPECT_EQ(softmax(65, 4).work.cores, 64);
  EXPECT_EQ(softmax(65, 4).work.busiest_core.exponentials, 8);
}

// The largest divisor up to 8, without 5 and 7.
TEST(SoftmaxProgram, BlockWidths) {
  const std::pair<int, const char*> expected[] = {{1, "1"}, {5, "1"},  {6, "6"},  {7, "1"},
                                                  {8, "8"}, {14, "2"}, {15, "3"}, {32, "8"}};
  for (const auto& [width, block] : expected)
    EXPECT_EQ(attribute(softmax(1, width), "block"), block) << width;
}

TEST(SoftmaxProgram, BuffersHoldARow) {
  // In and out 2 x 8 each, reciprocal, scaler, mask, and 32 tiles of exponentials.
  EXPECT_EQ(buffer_region_end(softmax(32, 32).buffers, default_release()),
            97248 + (16 + 16 + 3 + 32) * tile);
  // Stable: a whole row in, and a row of differences and the maximum more.
  EXPECT_EQ(buffer_region_end(softmax(32, 32, true).buffers, default_release()),
            97248 + (32 + 16 + 3 + 32 + 1 + 32) * tile);
}

TEST(SoftmaxProgram, TheWidestRow) {
  // 1,401,888 B are 684 tiles: in 16, out 16, three single ones leave 649; 648 is a multiple of 8.
  EXPECT_NO_THROW(check_buffers("softmax", softmax(1, 648), 1499136, default_release()));
  EXPECT_THROW(check_buffers("softmax", softmax(1, 656), 1499136, default_release()), Error);
}

TEST(ElementwisePrograms, TilesOverCores) {
  const Release& release = release_profile("0.57");
  const Program scaled = make_scalar_op({"multiply", 1024, Memory::dram, Memory::dram}, release);
  EXPECT_EQ(scaled.work.cores, 64);
  EXPECT_EQ(scaled.work.busiest_core.elementwise, 16);
  EXPECT_EQ(buffer_region_end(scaled.buffers, default_release()), 97248 + 5 * tile);
  const Program sum =
      make_tensor_op({"add", Along::nothing, 3, 3, Memory::l1, Memory::dram, Memory::l1}, release);
  EXPECT_EQ(sum.work.cores, 3);
  EXPECT_EQ(sum.work.traffic.l1_read_bytes, 3 * tile);
  EXPECT_EQ(sum.work.traffic.dram_read_bytes, 3 * tile);
  EXPECT_EQ(sum.work.traffic.l1_written_bytes, 3 * tile);
}

// tt-metal v0.57.0-rc71, broadcast_height_multi_core_program_factory.cpp and its sister for widths.
TEST(ElementwisePrograms, ASpreadRowSharesRowsAndAColumnColumns) {
  const Release& release = release_profile("0.57");
  const auto cores = [&](Along along, std::int64_t height, std::int64_t width) {
    return make_tensor_op({"add", along, height * width, 1, Memory::dram, Memory::dram,
                           Memory::dram, DType::bf16, DType::bf16, height, width},
                          release)
        .work.cores;
  };
  EXPECT_EQ(cores(Along::height, 1, 40), 1);  // a bias of one row of tiles
  EXPECT_EQ(cores(Along::height, 40, 1), 40);
  EXPECT_EQ(cores(Along::width, 1, 40), 40);
  EXPECT_EQ(cores(Along::width, 40, 1), 1);
}

TEST(MovePrograms, TransposeSharesTilesEvenly) {
  const Program transpose = make_transpose(4096, Memory::l1);
  EXPECT_EQ(transpose.work.cores, 64);
  EXPECT_EQ(transpose.work.busiest_core.copies, 64);
  EXPECT_EQ(buffer_region_end(transpose.buffers, default_release()), 97248 + 4 * tile);
}

TEST(WorkSplit, TheBusiestCoreTakesTheRest) {
  EXPECT_EQ(split_work(0, {8, 8}).cores, 0);
  EXPECT_EQ(split_work(65, {8, 8}).largest, 2);
  EXPECT_EQ(split_work(65, {8, 8}).cores, 64);
  EXPECT_EQ(split_work(7, {2, 2}).largest, 2);
  EXPECT_EQ(bounding_grid(9, {8, 8}, FillOrder::by_row), (CoreGrid{2, 8}));
  EXPECT_EQ(bounding_grid(9, {8, 8}, FillOrder::by_column), (CoreGrid{8, 2}));
}

}  // namespace
}  // namespace wattention::wormhole
