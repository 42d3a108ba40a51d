// What holds for any matmul, over random shapes, grids, placements and L1.
#include <gtest/gtest.h>

#include <random>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/matmul/fit.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  MatmulProblem problem() {
    MatmulProblem made;
    made.batch = between(0, 3) == 0 ? between(2, 9) : 1;
    made.b_batched = made.batch > 1 && between(0, 1) == 0;
    made.m_tiles = between(1, 100);
    made.k_tiles = between(1, 100);
    made.n_tiles = between(1, 100);
    made.all_dram = between(0, 1) == 0;
    if (between(0, 1) == 0)
      made.core_grid = CoreGrid{static_cast<int>(between(1, 10)), static_cast<int>(between(1, 10))};
    made.fp32_accumulate = between(0, 3) == 0;
    made.free_l1_bytes = between(200'000, 1'401'888);
    return made;
  }

 private:
  std::mt19937_64 engine_;
};

constexpr std::uint64_t seed = 20250429;

TEST(MatmulProperties, BlocksDivideAndCover) {
  Draw draw(seed);
  for (int i = 0; i < 3000; ++i) {
    const MatmulProblem problem = draw.problem();
    const MatmulConfig config = choose_matmul(problem, release_profile("0.57"));
    SCOPED_TRACE(testing::Message() << "seed " << seed << " draw " << i);
    ASSERT_EQ(problem.k_tiles % config.per_core.k, 0);
    if (config.kind == MatmulKind::multi_core) continue;
    ASSERT_EQ(config.per_core.m % config.out_block.m, 0);
    ASSERT_EQ(config.per_core.n % config.out_block.n, 0);
    ASSERT_EQ(config.out_block.m % config.subblock.h, 0);
    ASSERT_EQ(config.out_block.n % config.subblock.w, 0);
    ASSERT_LE(config.subblock.h * config.subblock.w, problem.fp32_accumulate ? 4 : 8);
    const CoreGrid device = n150d().compute_grid;
    ASSERT_LE(config.grid.x, device.x);
    ASSERT_LE(config.grid.y, device.y);
    const std::int64_t rows = problem.m_tiles * (config.fuse_batch ? problem.batch : 1);
    const std::int64_t down = ceil_div(rows, config.per_core.m);
    const std::int64_t across = ceil_div(problem.n_tiles, config.per_core.n);
    if (config.kind == MatmulKind::mcast_2d) {
      ASSERT_LE(down, config.grid.y);
      ASSERT_LE(across, config.grid.x);
    }
    ASSERT_LE(down * across, std::int64_t{config.grid.x} * config.grid.y);
  }
}

// The release's estimate is an upper bound of the buffers it then creates.
TEST(MatmulProperties, BuffersFitWheneverTheEstimateFound) {
  Draw draw(seed + 1);
  int found = 0;
  for (int i = 0; i < 3000; ++i) {
    const MatmulProblem problem = draw.problem();
    const MatmulConfig config = choose_matmul(problem, release_profile("0.57"));
    BlockSize block = config.out_block;
    block.k = config.per_core.k;
    if (config.kind == MatmulKind::multi_core || !fits(block, problem)) continue;
    ++found;
    const Program program = make_matmul(problem, {}, release_profile("0.57"));
    ASSERT_LE(buffer_region_end(program.buffers, default_release()), 97248 + problem.free_l1_bytes)
        << "seed " << seed + 1 << " draw " << i;
  }
  EXPECT_GT(found, 2000);
}

TEST(MatmulProperties, WorkCoversTheMatmul) {
  Draw draw(seed + 2);
  for (int i = 0; i < 2000; ++i) {
    const MatmulProblem problem = draw.problem();
    const OpEvent work = make_matmul(problem, {}, release_profile("0.57")).work;
    const std::int64_t products =
        problem.batch * problem.m_tiles * problem.k_tiles * problem.n_tiles;
    ASSERT_GE(work.total.products, products);
    ASSERT_GE(work.busiest_core.products * work.cores, work.total.products);
    ASSERT_LE(work.cores, 64);
    ASSERT_LE(std::int64_t{work.cores}, std::int64_t{work.grid.x} * work.grid.y);
    ASSERT_GE(work.traffic.dram_read_bytes, 2048 * problem.k_tiles);
  }
}

// The search against one that tries every pair of divisors.
TEST(MatmulProperties, TheSearchFindsTheLargestProduct) {
  Draw draw(seed + 3);
  for (int i = 0; i < 2000; ++i) {
    MatmulProblem problem;
    problem.free_l1_bytes = draw.between(20'000, 400'000);
    const BlockSize wanted{draw.between(1, 48), draw.between(1, 48), draw.between(1, 8)};
    const BlockSize found = fit_block(wanted, problem, ShrinkK::no);
    std::int64_t best = 0;
    for (std::int64_t m = 1; m <= wanted.m; ++m)
      for (std::int64_t n = 1; n <= wanted.n; ++n)
        if (wanted.m % m == 0 && wanted.n % n == 0 && fits({m, n, wanted.k}, problem))
          best = std::max(best, m * n);
    if (best == 0) {
      ASSERT_EQ(found, (BlockSize{1, 1, 1}));
      continue;
    }
    ASSERT_EQ(found.k, wanted.k);
    ASSERT_TRUE(fits(found, problem));
    // Only the pair nearest to a square is tried per product, so a smaller product may win.
    ASSERT_LE(found.m * found.n, best);
    if (fits(wanted, problem)) {
      ASSERT_EQ(found, wanted);
    }
  }
}

TEST(MatmulProperties, EstimateOfAKnownBlock) {
  // 2 * (4 + 8) * 4 tiles of operands, 32 tiles of output and as many of partials.
  EXPECT_EQ(estimated_buffer_bytes({4, 8, 4}, MatmulProblem{}), (96 + 64) * 2048);
  MatmulProblem wide;
  wide.fp32_accumulate = true;
  EXPECT_EQ(estimated_buffer_bytes({4, 8, 4}, wide), (96 + 32) * 2048 + 32 * 4096);
}

TEST(MatmulProperties, GridsBeyondTheDeviceAreTheDevice) {
  Draw draw(seed + 4);
  for (int i = 0; i < 500; ++i) {
    MatmulProblem problem = draw.problem();
    const auto choose = [&](CoreGrid grid) {
      problem.core_grid = grid;
      return make_matmul(problem, {}, release_profile("0.57"));
    };
    const Program whole = choose({8, 8});
    for (const CoreGrid grid : {CoreGrid{16, 16}, CoreGrid{32, 32}, CoreGrid{9, 1}}) {
      const Program clamped = choose(grid);
      ASSERT_EQ(clamped.kernels, whole.kernels);
      ASSERT_EQ(clamped.work.cores, whole.work.cores);
    }
  }
}

}  // namespace
}  // namespace wattention::wormhole
