// The release's choices for the notebook's shapes and for each branch of the procedure.
// Expected blocks: worked out by hand from the rules, and for the notebook's shapes confirmed by the
// digits that the card printed, which depend on the K blocks and the fidelity.
#include <gtest/gtest.h>

#include "backends/wormhole/program/matmul/choose.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t empty_l1 = 1499136 - 97248;
constexpr std::int64_t weight = 128 * 1024;  // bytes per core of a 2048x2048 bf16 tensor in L1

struct Row {
  const char* name;
  MatmulProblem problem;
  MatmulKind kind;
  int cores;
  std::int64_t per_core_m, per_core_n, block_k, k_blocks, out_m, out_n, sub_h, sub_w;
  Fidelity fidelity;
  bool l1_accumulate;
};

MatmulProblem problem(std::int64_t m, std::int64_t k, std::int64_t n, bool all_dram,
                      std::optional<CoreGrid> grid, std::int64_t free_l1) {
  MatmulProblem made;
  made.m_tiles = m;
  made.k_tiles = k;
  made.n_tiles = n;
  made.all_dram = all_dram;
  made.core_grid = grid;
  made.free_l1_bytes = free_l1;
  return made;
}

MatmulProblem linear(CoreGrid grid) {  // weights and the transposed copy in L1
  return problem(32, 64, 64, false, grid, empty_l1 - 4 * weight);
}
MatmulProblem scores(CoreGrid grid) {
  return problem(32, 64, 32, true, grid, empty_l1 - 3 * weight);
}
MatmulProblem context(CoreGrid grid) {
  return problem(32, 32, 64, true, grid, empty_l1 - 3 * weight);
}
MatmulProblem dram(std::int64_t m, std::int64_t k, std::int64_t n) {
  return problem(m, k, n, true, std::nullopt, empty_l1);
}

constexpr auto two = MatmulKind::mcast_2d;
constexpr auto in0 = MatmulKind::mcast_1d_in0;
constexpr auto in1 = MatmulKind::mcast_1d_in1;
constexpr auto lofi = Fidelity::lofi;
constexpr auto hifi2 = Fidelity::hifi2;

const Row notebook[] = {
    {"one tile", dram(1, 1, 1), in1, 1, 1, 1, 1, 1, 1, 1, 1, 1, hifi2, false},
    {"linear 8x8", linear({8, 8}), two, 64, 4, 8, 4, 16, 4, 8, 1, 4, lofi, true},
    {"linear 16x16", linear({16, 16}), two, 64, 4, 8, 4, 16, 4, 8, 1, 4, lofi, true},
    {"linear 32x32", linear({32, 32}), two, 64, 4, 8, 4, 16, 4, 8, 1, 4, lofi, true},
    {"scores 8x8", scores({8, 8}), two, 64, 4, 4, 4, 16, 4, 4, 2, 4, lofi, true},
    {"scores 16x16", scores({16, 16}), two, 64, 4, 4, 4, 16, 4, 4, 2, 4, lofi, true},
    {"scores 32x32", scores({32, 32}), two, 64, 4, 4, 4, 16, 4, 4, 2, 4, lofi, true},
    {"context 8x8", context({8, 8}), two, 64, 4, 8, 4, 8, 4, 8, 1, 4, lofi, true},
    {"context 16x16", context({16, 16}), two, 64, 4, 8, 4, 8, 4, 8, 1, 4, lofi, true},
    {"context 32x32", context({32, 32}), two, 64, 4, 8, 4, 8, 4, 8, 1, 4, lofi, true},
    {"linear 2x2", linear({2, 2}), two, 4, 16, 32, 4, 16, 8, 8, 1, 4, lofi, true},
    {"scores 2x2", scores({2, 2}), two, 4, 16, 16, 4, 16, 8, 16, 1, 4, lofi, true},
    {"context 2x2", context({2, 2}), two, 4, 16, 32, 4, 8, 8, 16, 1, 4, lofi, true},
    {"naive scores", dram(32, 64, 32), two, 64, 4, 4, 8, 8, 4, 4, 4, 2, hifi2, true},
    {"naive context", dram(32, 32, 64), two, 64, 4, 8, 4, 8, 4, 8, 4, 2, hifi2, true},
    {"linear no grid", dram(32, 64, 64), two, 64, 4, 8, 8, 8, 4, 8, 4, 2, hifi2, true},
};

const Row branches[] = {
    // A core grid, one side of one tile or much longer: 1D, K blocks by the number of cores.
    {"wide 8x8", problem(1, 64, 64, true, CoreGrid{8, 8}, empty_l1), in0, 64, 1, 1, 1, 64, 1, 1, 1,
     1, lofi, true},
    {"tall 2x2", problem(64, 12, 2, true, CoreGrid{2, 2}, empty_l1), in1, 4, 16, 2, 3, 4, 16, 2, 4,
     2, lofi, true},
    {"K blocks lowered to a divisor", problem(64, 14, 1, true, CoreGrid{1, 4}, empty_l1), in1, 4,
     16, 1, 2, 7, 16, 1, 8, 1, lofi, true},
    {"half a device", problem(32, 64, 64, true, CoreGrid{4, 8}, empty_l1), two, 32, 8, 8, 4, 16, 8,
     8, 1, 4, lofi, true},
    {"one side beyond the device", problem(32, 64, 64, true, CoreGrid{16, 4}, empty_l1), two, 64, 4,
     8, 4, 16, 4, 8, 1, 4, lofi, true},
    {"odd K", problem(8, 7, 8, true, CoreGrid{8, 8}, empty_l1), two, 64, 1, 1, 1, 7, 1, 1, 1, 1,
     lofi, true},
    // No grid, DRAM: narrow ones in blocks of two tiles of K.
    {"narrow wide", dram(1, 64, 64), in0, 64, 1, 1, 2, 32, 1, 1, 1, 1, hifi2, true},
    {"narrow tall", dram(64, 5, 1), in1, 64, 1, 1, 1, 5, 1, 1, 1, 1, hifi2, true},
    {"one row of blocks", dram(8, 8, 32), in0, 32, 8, 1, 2, 4, 8, 1, 8, 1, hifi2, true},
    {"one column of blocks", dram(32, 8, 8), in1, 32, 1, 8, 2, 4, 1, 8, 1, 8, hifi2, true},
    {"Kt not a multiple of eight", dram(32, 12, 32), two, 64, 4, 4, 1, 12, 4, 4, 4, 2, hifi2, true},
    {"two blocks: no L1 accumulation", dram(64, 2, 1), in1, 64, 1, 1, 2, 1, 1, 1, 1, 1, hifi2,
     false},
    // No grid, something in L1.
    {"one block", problem(4, 6, 4, false, std::nullopt, empty_l1), MatmulKind::multi_core, 16, 1, 1,
     6, 1, 1, 1, 1, 1, Fidelity::hifi4, false},
    {"a row of blocks", problem(8, 8, 32, false, std::nullopt, empty_l1), in0, 32, 8, 1, 2, 4, 8, 1,
     8, 1, hifi2, true},
    {"square blocks", problem(32, 64, 64, false, std::nullopt, empty_l1), two, 8, 16, 16, 2, 32, 16,
     16, 1, 2, hifi2, true},
    {"too many blocks", problem(160, 8, 160, false, std::nullopt, empty_l1), MatmulKind::multi_core,
     64, 1, 1, 8, 1, 1, 1, 1, 1, Fidelity::hifi4, false},
};

void check(const Row& row) {
  SCOPED_TRACE(row.name);
  const Program program = make_matmul(row.problem, {}, release_profile("0.57"));
  const MatmulBlocks& blocks = program.work.blocks;
  EXPECT_EQ(program.work.program, to_string(row.kind));
  EXPECT_EQ(program.work.cores, row.cores);
  EXPECT_EQ(blocks.per_core_m, row.per_core_m);
  EXPECT_EQ(blocks.per_core_n, row.per_core_n);
  EXPECT_EQ(blocks.block_k, row.block_k);
  EXPECT_EQ(blocks.k_blocks, row.k_blocks);
  EXPECT_EQ(blocks.out_block_m, row.out_m);
  EXPECT_EQ(blocks.out_block_n, row.out_n);
  EXPECT_EQ(blocks.subblock_h, row.sub_h);
  EXPECT_EQ(blocks.subblock_w, row.sub_w);
  EXPECT_EQ(program.matmul.fidelity, row.fidelity);
  EXPECT_EQ(program.matmul.l1_accumulate, row.l1_accumulate);
  EXPECT_EQ(program.matmul.block_tiles, row.block_k);
}

TEST(MatmulChoice, TheNotebooksMatmuls) {
  for (const Row& row : notebook) check(row);
}

TEST(MatmulChoice, EveryBranch) {
  for (const Row& row : branches) check(row);
}

TEST(MatmulChoice, BatchedOperandsWithAGrid) {
  MatmulProblem batched = problem(4, 8, 6, true, CoreGrid{8, 8}, empty_l1);
  batched.batch = 20;
  batched.b_batched = true;
  const Program program = make_matmul(batched, {}, release_profile("0.57"));
  EXPECT_EQ(program.work.program, "batched reuse");
  EXPECT_EQ(program.work.cores, 20);
  EXPECT_EQ(program.matmul.fidelity, Fidelity::lofi);
  EXPECT_EQ(program.matmul.block_tiles, 1);
  // A matrix that does not fit one core takes the path without a grid, and LoFi with it.
  batched.m_tiles = batched.n_tiles = 64;
  const Program large = make_matmul(batched, {}, release_profile("0.57"));
  EXPECT_EQ(large.work.program, "2D mcast");
  EXPECT_EQ(large.matmul.fidelity, Fidelity::lofi);
}

TEST(MatmulChoice, ABatchFoldsIntoRowsWithAGridOnly) {
  MatmulProblem batched = problem(4, 8, 8, true, CoreGrid{8, 8}, empty_l1);
  batched.batch = 8;
  EXPECT_EQ(choose_matmul(batched, release_profile("0.57")).per_core, (BlockSize{4, 1, 4}));
  batched.batch = 32;  // 128 rows of tiles against 8 columns: narrow
  const MatmulConfig narrow = choose_matmul(batched, release_profile("0.57"));
  EXPECT_EQ(narrow.kind, MatmulKind::mcast_1d_in1);
  EXPECT_EQ(narrow.per_core, (BlockSize{2, 8, 1}));
  batched.core_grid.reset();
  const MatmulConfig plain = choose_matmul(batched, release_profile("0.57"));
  EXPECT_EQ(plain.kind, MatmulKind::mcast_2d);
  EXPECT_FALSE(plain.fuse_batch);
  EXPECT_EQ(plain.per_core, (BlockSize{1, 1, 1}));
}

// Two linears in a row took different paths on a card because L1 had filled up in between.
TEST(MatmulChoice, WithL1TheChoiceHangsOnWhatIsFree) {
  const auto choose = [](std::int64_t free_l1) {
    return choose_matmul(problem(2, 24, 12, false, std::nullopt, free_l1), release_profile("0.57"))
        .kind;
  };
  EXPECT_EQ(choose(empty_l1), MatmulKind::multi_core);                   // one block of 16 x 16
  EXPECT_EQ(choose(16 * 16 * 4096 + 262144), MatmulKind::mcast_1d_in0);  // blocks of 8 x 8
}

TEST(MatmulChoice, WithAlmostNoL1TheReleaseRefusesItsOwnChoice) {
  const auto choose = [](std::int64_t free_l1) {
    return choose_matmul(problem(8, 8, 8, false, std::nullopt, free_l1), release_profile("0.57"));
  };
  EXPECT_EQ(choose(131073).kind, MatmulKind::mcast_2d);  // 4 x 4 still fits
  EXPECT_THROW(choose(131072), Error);                   // 2 x 2 under a subblock of 4 x 2
  EXPECT_THROW(choose(49152), Error);                    // 1 x 1 under one of 1 x 2
}

TEST(MatmulChoice, CallersFidelityReplacesTheDefaultButNotInMultiCore) {
  MatmulProblem asked = dram(32, 64, 32);
  asked.fidelity = Fidelity::hifi3;
  EXPECT_EQ(make_matmul(asked, {}, release_profile("0.57")).matmul.fidelity, Fidelity::hifi3);
  MatmulProblem small = problem(1, 1, 1, false, std::nullopt, empty_l1);
  small.fidelity = Fidelity::lofi;
  small.fp32_accumulate = true;
  const MatmulNumerics numerics = make_matmul(small, {}, release_profile("0.57")).matmul;
  EXPECT_EQ(numerics.fidelity, Fidelity::hifi4);
  EXPECT_FALSE(numerics.fp32_accumulate);
}

TEST(MatmulChoice, WideRegistersHoldHalfTheTiles) {
  MatmulProblem wide = dram(32, 64, 32);
  wide.fp32_accumulate = true;
  const MatmulConfig config = choose_matmul(wide, release_profile("0.57"));
  EXPECT_EQ(config.subblock, (Subblock{2, 2}));
  wide.core_grid = CoreGrid{8, 8};
  // 2 x 2 comes before 4 x 1 in the list; then the width is not the core's, so one row remains.
  EXPECT_EQ(choose_matmul(wide, release_profile("0.57")).subblock, (Subblock{1, 2}));
}

TEST(MatmulChoice, EveryOtherProgramIsRefusedWithAReason) {
  for (const Row& row : branches) {
    const Program program = make_matmul(row.problem, {}, release_profile("0.57"));
    EXPECT_EQ(program.refused.size(), 4u);
    for (const auto& [name, reason] : program.refused) {
      EXPECT_NE(name, program.work.program);
      EXPECT_GT(reason.size(), 10u);
    }
  }
}

}  // namespace
}  // namespace wattention::wormhole
