// The op model against closed formulas, and its bounds on both sides.
#include "backends/wormhole/timing/device_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/program/softmax.h"
#include "backends/wormhole/program/tilize.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

const Release& release() {
  return release_profile("0.57");
}

DeviceModel bf16_model() {
  const CardRates& rates = card_rates("n150d");
  return {rates, rates.effective_clock_hz, 2048};
}

/// [32 m, 32 k] x [32 k, 32 n] as the release runs it on a grid.
OpEvent matmul_event(std::int64_t m, std::int64_t k, std::int64_t n, Fidelity fidelity,
                     std::optional<CoreGrid> grid = CoreGrid{8, 8}) {
  MatmulProblem problem;
  problem.m_tiles = m;
  problem.k_tiles = k;
  problem.n_tiles = n;
  problem.core_grid = grid;
  problem.fidelity = fidelity;
  problem.free_l1_bytes = n150d().l1.bank_bytes - default_release().l1.first_free;
  return make_matmul(problem, {}, release()).work;
}

double seconds(const OpEvent& op) {
  const DeviceModel model = bf16_model();
  return device_time(op, model).seconds(model.clock_hz);
}

TEST(MatmulTime, NeverBeatsTheMultipliersPeak) {
  for (const Fidelity fidelity :
       {Fidelity::lofi, Fidelity::hifi2, Fidelity::hifi3, Fidelity::hifi4})
    for (const std::int64_t side : {8, 32, 64, 256}) {
      const OpEvent op = matmul_event(side, side, side, fidelity);
      const auto products = static_cast<double>(side * side * side);
      const double cycles = 16.0 * static_cast<int>(fidelity) * products / 64;
      EXPECT_GT(seconds(op), cycles / 0.907e9) << side;
      // Large products come within a factor of five of it even at LoFi, where the unpacker rules.
      if (side >= 64) {
        EXPECT_LT(seconds(op), 5 * cycles / 0.907e9) << side;
      }
    }
}

TEST(MatmulTime, Bf16IsUnpackBoundUpToHifi2AndMathBoundAtHifi4) {
  const auto bound = [](Fidelity fidelity) {
    return device_time(matmul_event(64, 64, 64, fidelity), bf16_model()).units.bound();
  };
  EXPECT_EQ(bound(Fidelity::lofi), TimeBound::unpack);
  EXPECT_EQ(bound(Fidelity::hifi2), TimeBound::unpack);
  EXPECT_EQ(bound(Fidelity::hifi4), TimeBound::compute);
}

TEST(MatmulTime, Bfp8RelievesTheUnpacker) {
  const OpEvent op = matmul_event(64, 64, 64, Fidelity::hifi2);
  DeviceModel bfp8 = bf16_model();
  bfp8.tile_bytes = 1088;
  EXPECT_EQ(device_time(op, bfp8).units.bound(), TimeBound::compute);
  EXPECT_LT(device_time(op, bfp8).kernel_cycles, device_time(op, bf16_model()).kernel_cycles);
}

TEST(MatmulTime, ThinProductsAreBoundByDram) {
  // One tile row: each weight tile is read once and used once. [32, 4096] x [4096, 4096] takes 162.5 us on a card
  // (tt-metal, matmul_oob results of 2026).
  const OpEvent op = matmul_event(1, 128, 128, Fidelity::lofi);
  EXPECT_EQ(device_time(op, bf16_model()).units.bound(), TimeBound::dram);
  EXPECT_NEAR(seconds(op), 162.5e-6, 0.2 * 162.5e-6);
}

TEST(MatmulTime, OneSenderForAllCoresIsBoundByTheNetwork) {
  // [512, 1024] x [1024, 1024] without a grid: one core reads a and sends it to all others.
  OpEvent op = matmul_event(16, 32, 32, Fidelity::hifi2, std::nullopt);
  ASSERT_EQ(op.in0.senders, 1);
  EXPECT_EQ(device_time(op, bf16_model()).units.bound(), TimeBound::noc);
}

TEST(MatmulTime, UnpackerCyclesFollowTheClosedForm) {
  // 4x8 tiles per core, 1x4 subblocks: b goes past, a stays and hides behind it.
  const OpEvent op = matmul_event(32, 64, 64, Fidelity::lofi);
  ASSERT_EQ(op.blocks.subblock_w, 4);
  const double products = 4.0 * 8 * 64;
  const double cycles = products * (2048 / 48.3 + 2.4);
  EXPECT_NEAR(device_time(op, bf16_model()).units.unpack_s, cycles / 0.907e9, 1e-12);
}

// What goes past the registers sets the pace: a narrower b in a wide subblock, a narrower a in a tall one.
TEST(MatmulTime, EachOperandIsUnpackedAtItsOwnSize) {
  OpEvent op = matmul_event(32, 64, 64, Fidelity::lofi);
  const double both = device_time(op, bf16_model()).units.unpack_s;
  op.tile_bytes = {2048, 1088, 2048};
  EXPECT_LT(device_time(op, bf16_model()).units.unpack_s, 0.65 * both);
  op.tile_bytes = {1088, 2048, 2048};
  EXPECT_DOUBLE_EQ(device_time(op, bf16_model()).units.unpack_s, both);
  std::swap(op.blocks.subblock_h, op.blocks.subblock_w);
  EXPECT_LT(device_time(op, bf16_model()).units.unpack_s, 0.65 * both);
}

// Eight senders of a in a column share its way; those of b, in a row, do not.
TEST(MatmulTime, SendersInAColumnShareItsWay) {
  OpEvent op = matmul_event(64, 64, 16, Fidelity::lofi);
  ASSERT_EQ(op.in0.senders, 8);
  const double shared = device_time(op, bf16_model()).units.noc_s;
  op.in0.senders = 1;
  EXPECT_LT(device_time(op, bf16_model()).units.noc_s, shared);
}

// [4096, 4096] x [4096, 4096]: four output blocks a core, and the reader of b writes each before it reads on.
TEST(MatmulTime, OutputBlocksWaitForTheOnesBefore) {
  OpEvent op = matmul_event(128, 128, 128, Fidelity::hifi2, std::nullopt);
  ASSERT_EQ(op.blocks.passes, 4);
  const DeviceTime time = device_time(op, bf16_model());
  op.traffic.dram_written_bytes = 0;  // nothing to write: as if the results were shards
  const DeviceTime at_once = device_time(op, bf16_model());
  EXPECT_EQ(at_once.tail_s, 0);
  EXPECT_NEAR(time.kernel_cycles - at_once.kernel_cycles, 3 * time.tail_s * bf16_model().clock_hz,
              1);
}

TEST(MatmulTime, ClockScalesTheCoresAndNotTheDram) {
  const OpEvent op = matmul_event(64, 64, 64, Fidelity::hifi4);
  DeviceModel twice = bf16_model();
  twice.clock_hz *= 2;
  const DeviceTime slow = device_time(op, bf16_model()), fast = device_time(op, twice);
  EXPECT_DOUBLE_EQ(slow.kernel_cycles, fast.kernel_cycles);
  EXPECT_LT(slow.tail_s,
            fast.tail_s);  // less of it hides behind a last block that is computed sooner
  EXPECT_DOUBLE_EQ(slow.units.fpu_s, 2 * fast.units.fpu_s);
}

TEST(MatmulTime, FewerCoresTakeLongerInProportion) {
  const double ratio = seconds(matmul_event(32, 64, 64, Fidelity::lofi, CoreGrid{2, 2})) /
                       seconds(matmul_event(32, 64, 64, Fidelity::lofi));
  // Sixteen times the work per core, less the parts that do not scale: launch and DRAM.
  EXPECT_GT(ratio, 10);
  EXPECT_LT(ratio, 16);
}

TEST(MatmulTime, AGridBeyondTheDeviceChangesNothing) {
  EXPECT_DOUBLE_EQ(seconds(matmul_event(32, 64, 64, Fidelity::lofi)),
                   seconds(matmul_event(32, 64, 64, Fidelity::lofi, CoreGrid{32, 32})));
}

TEST(StreamTime, DramToDramMovesAtTheWriteRate) {
  // [1280, 1280] transposed in DRAM takes 32.3 us on a card (a published CLIP text encoder profile).
  const OpEvent op = make_transpose(40 * 40, Memory::dram).work;
  EXPECT_NEAR(seconds(op), 32.3e-6, 0.2 * 32.3e-6);
  EXPECT_EQ(device_time(op, bf16_model()).units.bound(), TimeBound::dram);
}

TEST(StreamTime, L1IsFasterThanDramAndBoundByTheNetwork) {
  const OpEvent in_l1 = make_transpose(4096, Memory::l1).work;
  EXPECT_LT(seconds(in_l1), seconds(make_transpose(4096, Memory::dram).work));
  EXPECT_EQ(device_time(in_l1, bf16_model()).units.bound(), TimeBound::noc);
}

TEST(StreamTime, SoftmaxKeepsToWholeRowsPerCore) {
  const auto softmax = [](std::int64_t rows) {
    return seconds(make_softmax({rows, 32, false, false, Memory::l1, Memory::l1}, release()).work);
  };
  EXPECT_DOUBLE_EQ(softmax(1), softmax(64));  // one tile row per core, up to all cores
  EXPECT_LT(softmax(64), softmax(65));        // one more takes a second round
}

TEST(StreamTime, MultiplyingIsBoundByItsMemory) {
  const OpEvent op = make_scalar_op({"multiply", 1024, Memory::dram, Memory::dram}, release()).work;
  EXPECT_EQ(device_time(op, bf16_model()).units.bound(), TimeBound::dram);
}

// Published: ttnn.exp of 5x61x224x480 on an n150 takes 1.048 ms at the nominal clock (calibration/exp_dram.csv), on 64
// cores with 501 tiles each. The steps are counted in its source, not fitted to that.
TEST(StreamTime, ExpTakesItsCountedSteps) {
  const CardRates& rates = card_rates("n150d");
  const DeviceModel nominal{rates, rates.nominal_clock_hz, 2048};
  const DeviceTime time =
      device_time(make_unary({"exp", 32025, Memory::dram, Memory::dram, 66}).work, nominal);
  EXPECT_NEAR(time.seconds(nominal.clock_hz), 1.048e-3, 0.03e-3);
  EXPECT_EQ(time.units.bound(), TimeBound::compute);
}

// Nothing overlaps where a core has one tile: it is read, computed and written in turn.
TEST(StreamTime, OneTilePassesTheThreeKernelsInTurn) {
  const double bytes = 2048 / 28.1;
  const double reader = 270 + bytes, compute = 9 * 32, writer = 340 + bytes;
  const OpEvent one = make_unary({"relu", 1, Memory::l1, Memory::l1, 9}).work;
  EXPECT_NEAR(device_time(one, bf16_model()).kernel_cycles, 1170 + reader + compute + writer, 0.5);
  // With four, the slowest of them sets the pace of three more.
  const OpEvent four = make_unary({"relu", 4 * 64, Memory::l1, Memory::l1, 9}).work;
  const double shared = 256 * 4096 / 278.0;
  EXPECT_NEAR(device_time(four, bf16_model()).kernel_cycles,
              1170 + reader + compute + writer + 0.75 * std::max(4 * writer, shared), 0.5);
}

TEST(StreamTime, TheReaderThatPadsWaitsForEachLine) {
  const auto tilized = [](std::int64_t lines, bool padded) {
    MoveProblem problem{"tilize", "tilize", "tilize", 8, 8, Memory::dram, Memory::dram};
    share_tilize(problem, {1, 8, 1, lines, padded});
    return device_time(make_move(problem).work, bf16_model()).kernel_cycles;
  };
  EXPECT_NEAR(tilized(31, true) - tilized(31, false), 30 * (460 - 50), 0.5);
}

TEST(StreamTime, AMoveWithoutAComputeKernelStartsSooner) {
  MoveProblem problem{"slice", "slice", "slice", 1, 1, Memory::l1, Memory::l1};
  const double copied = device_time(make_move(problem).work, bf16_model()).kernel_cycles;
  problem.unit = computed_tile();
  const double computed = device_time(make_move(problem).work, bf16_model()).kernel_cycles;
  EXPECT_NEAR(computed - copied, 1170 - 350 + 2048 / 48.3 + 2.4, 0.5);
}

// tt-metal's own products of one tile, 20 of them on one core: 32.8 us (a published CLIP text encoder profile).
TEST(MatmulTime, ABatchWaitsForItsResults) {
  MatmulProblem problem;
  problem.batch = 20;
  problem.m_tiles = problem.n_tiles = 1;
  problem.k_tiles = 2;
  problem.all_dram = true;
  problem.fidelity = Fidelity::hifi2;
  problem.free_l1_bytes = n150d().l1.bank_bytes - default_release().l1.first_free;
  const OpEvent op = make_matmul(problem, {}, release()).work;
  ASSERT_EQ(op.cores, 1);
  EXPECT_NEAR(seconds(op), 32.8e-6 / 0.907, 0.25 * 32.8e-6);
}

// A comparison takes less than its tiles take to come and go.
TEST(StreamTime, CheapFunctionsWaitForTheirTiles) {
  const DeviceTime time =
      device_time(make_unary({"relu", 4096, Memory::dram, Memory::dram, 9}).work, bf16_model());
  EXPECT_NE(time.units.bound(), TimeBound::compute);
}

}  // namespace
}  // namespace wattention::wormhole
