// Banks and capacities of the n150d.
#include <gtest/gtest.h>

#include "backends/wormhole/memory/device_buffer.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t tile = 2048;

std::shared_ptr<BankMemory> l1() {
  return std::make_shared<BankMemory>(Memory::l1, n150d().l1, default_release().l1,
                                      n150d().allocation_alignment);
}
std::shared_ptr<BankMemory> dram() {
  return std::make_shared<BankMemory>(Memory::dram, n150d().dram, default_release().dram,
                                      n150d().allocation_alignment);
}

// 2048x2048 bf16: 4096 tiles.
TEST(BankMemory, AWeightTakesTheFullestBanksShareEverywhere) {
  EXPECT_EQ(l1()->bytes_per_bank(4096, tile), 64 * tile);
  EXPECT_EQ(dram()->bytes_per_bank(4096, tile), 342 * tile);
  EXPECT_EQ(342 * tile, 700416);
}

TEST(BankMemory, L1IsFilledFromTheTopDramFromTheBottom) {
  EXPECT_EQ(l1()->allocate(4096, tile), 1499136 - 131072);
  EXPECT_EQ(dram()->allocate(4096, tile), 32);
}

TEST(BankMemory, TheLargestTensorOfL1Has684TilesPerBank) {
  const auto memory = l1();
  EXPECT_EQ(memory->allocate(43776, tile), 1499136 - 684 * tile);
  memory->clear();
  EXPECT_THROW(memory->allocate(43777, tile), Error);
  EXPECT_EQ(memory->use().allocated_bytes, 0);
  EXPECT_NO_THROW(memory->allocate(43776, tile));
}

TEST(BankMemory, TheLargestTensorOfDram) {
  // (2^30 - 32) / 2048 = 524287 whole tiles in each of 12 banks.
  const auto memory = dram();
  EXPECT_NO_THROW(memory->allocate(524287 * 12, tile));
  memory->clear();
  EXPECT_THROW(memory->allocate(524287 * 12 + 1, tile), Error);
}

TEST(BankMemory, SmallPagesAreAlignedInTheirBank) {
  EXPECT_EQ(l1()->bytes_per_bank(64, 10), 16);
  EXPECT_EQ(dram()->bytes_per_bank(12, 10), 32);
}

TEST(DeviceBuffer, FreesItselfOnceAndMoves) {
  const auto memory = l1();
  {
    DeviceBuffer first(memory, 64, tile);
    DeviceBuffer second = std::move(first);
    EXPECT_FALSE(first.allocated());
    EXPECT_EQ(memory->use().allocated_bytes, tile);
    second.release();
    second.release();
    EXPECT_EQ(memory->use().allocated_bytes, 0);
    second = DeviceBuffer(memory, 128, tile);
    EXPECT_EQ(memory->use().allocated_bytes, 2 * tile);
    EXPECT_EQ(memory->use().lowest_address, 1499136 - 2 * tile);
  }
  EXPECT_EQ(memory->use().allocated_bytes, 0);
}

}  // namespace
}  // namespace wattention::wormhole
