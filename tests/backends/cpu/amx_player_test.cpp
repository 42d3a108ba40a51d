// What AMX's kernel asks of the tiles, counted as it is played; and the player's own refusals.
#include <gtest/gtest.h>

#include "backends/cpu/support.h"

#if defined(__x86_64__)

namespace wattention::cpu_test {
namespace {

const GemmKernel& amx_kernel() {
  for (const GemmKernel& kernel : cpu::gemm_kernels())
    if (kernel.isa == cpu::Isa::amx) return kernel;
  throw std::logic_error("the table has no row for AMX");
}

class AmxPlayerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!AmxPlayer::can_play()) GTEST_SKIP() << "nothing is played here";
    GTEST_FLAG_SET(death_test_style, "threadsafe");  // other tests leave threads behind
    player_ = player_for(amx_kernel());
  }

  // What one product of whole strips and panels plays.
  static PlayedCounts counts_of(std::int64_t m, std::int64_t n, std::int64_t k) {
    Matrix a = normal_matrix(m, k, 1), b = normal_matrix(k, n, 2);
    const PlayedCounts before = AmxPlayer::counts();
    run_kernel(amx_kernel(), a, b);
    const PlayedCounts after = AmxPlayer::counts();
    return {after.configurations - before.configurations,
            after.releases - before.releases,
            after.zeros - before.zeros,
            after.loads - before.loads,
            after.stores - before.stores,
            after.multiplies - before.multiplies};
  }

 private:
  std::unique_ptr<AmxPlayer> player_;
};

struct alignas(64) Config {
  unsigned char palette = 1, start_row = 0, reserved[14] = {};
  unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

void configure(const Config& config) {
  __asm__ volatile("ldtilecfg %0" : : "m"(config));
}
void multiply_first_tiles() {
  __asm__ volatile("tdpbf16ps %tmm2, %tmm1, %tmm0");
}

// 2 strips of 32 rows, 2 panels of 32 columns, k in 2 blocks of 16 steps of 32: per step a block of 2 x 2
// tiles loads 2 of A and 2 of B and multiplies 4 times; each k_block but the first loads C's 4 tiles again.
TEST_F(AmxPlayerTest, ABlockLoadsFourTilesPerFourMultiplies) {
  const PlayedCounts counts = counts_of(64, 64, 1024);
  const long strips = 2, panels = 2, k_blocks = 2, blocks = strips * panels * k_blocks;
  EXPECT_EQ(counts.multiplies, blocks * 16 * 4);
  EXPECT_EQ(counts.loads, blocks * 16 * 4 + strips * panels * (k_blocks - 1) * 4);
  EXPECT_EQ(counts.zeros, strips * panels * 4);
  EXPECT_EQ(counts.stores, blocks * 4);
  EXPECT_EQ(counts.configurations, strips * k_blocks);
  EXPECT_EQ(counts.releases, counts.configurations);
}

// Up to 16 rows need the upper tiles alone: half of the multiplies.
TEST_F(AmxPlayerTest, AShallowStripLeavesTheLowerTilesAlone) {
  const PlayedCounts counts = counts_of(5, 32, 64);
  EXPECT_EQ(counts.multiplies, 2 * 2);
  EXPECT_EQ(counts.loads, 2 * 3);
  EXPECT_EQ(counts.zeros, 2);
  EXPECT_EQ(counts.stores, 2);
}

TEST_F(AmxPlayerTest, TilesWithoutAConfigurationAreRefused) {
  EXPECT_DEATH(__asm__ volatile("tilezero %tmm3"), "TILEZERO: the tile is not configured");
  EXPECT_DEATH(multiply_first_tiles(), "TDPBF16PS: a tile is not configured");
}

TEST_F(AmxPlayerTest, ReleasedTilesAreRefused) {
  EXPECT_DEATH(
      {
        configure({});
        __asm__ volatile("tilezero %tmm3");
        __asm__ volatile("tilerelease");
        __asm__ volatile("tilezero %tmm3");
      },
      "TILEZERO: the tile is not configured");
}

TEST_F(AmxPlayerTest, TilesThatDoNotFitAreRefused) {
  Config config;
  config.rows[1] = 15;
  EXPECT_DEATH((configure(config), multiply_first_tiles()), "C and A differ in their rows");
  config = {};
  config.rows[2] = 8;
  EXPECT_DEATH((configure(config), multiply_first_tiles()), "A and B differ in k");
  config = {};
  config.row_bytes[2] = 32;
  EXPECT_DEATH((configure(config), multiply_first_tiles()), "C and B differ in their columns");
}

TEST_F(AmxPlayerTest, ConfigurationsThatIntelForbidsAreRefused) {
  Config config;
  config.palette = 2;
  EXPECT_DEATH(configure(config), "expected palette 1");
  config = {};
  config.rows[7] = 17;
  EXPECT_DEATH(configure(config), "a tile is too large");
  config = {};
  config.row_bytes[8] = 64;
  EXPECT_DEATH(configure(config), "palette 1 has 8 tiles");
}

TEST_F(AmxPlayerTest, OtherIllegalInstructionsStayIllegal) {
  EXPECT_DEATH(__asm__ volatile("ud2"), "not a tile instruction");
}

// Every form of address that a compiler may choose for a tile's rows.
TEST_F(AmxPlayerTest, AddressesAreResolved) {
  alignas(64) float rows[64][16];
  for (int i = 0; i < 64 * 16; ++i) rows[i / 16][i % 16] = static_cast<float>(i);
  float found[16][16];
  const auto expect_rows = [&](int first, int step) {
    for (int r = 0; r < 16; ++r)
      for (int c = 0; c < 16; ++c)
        ASSERT_EQ(found[r][c], rows[first + r * step][c]) << r << ", " << c;
  };
  configure({});
  const char* from = reinterpret_cast<const char*>(rows);
  const std::int64_t stride = 64;
  __asm__ volatile("tileloadd (%0,%2,1), %%tmm5\n\ttilestored %%tmm5, (%1,%2,1)"
                   :
                   : "r"(from), "r"(found), "r"(stride)
                   : "memory");
  expect_rows(0, 1);
  __asm__ volatile("tileloadd 64(%0,%2,2), %%tmm6\n\ttilestored %%tmm6, (%1,%2,1)"
                   :
                   : "r"(from), "r"(found), "r"(stride)
                   : "memory");
  expect_rows(1, 2);
  __asm__ volatile(
      "mov %0, %%r12\n\tmov %2, %%r13\n\tsub $1024, %%r12\n\t"
      "tileloadd 1152(%%r12,%%r13,1), %%tmm0\n\ttilestored %%tmm0, (%1,%2,1)"
      :
      : "r"(from), "r"(found), "r"(stride)
      : "memory", "r12", "r13");
  expect_rows(2, 1);
  __asm__ volatile("tilerelease");
}

}  // namespace
}  // namespace wattention::cpu_test

#endif
