// layer_norm, rms_norm and the softmax with all its options: vectors against the oracle, and steps by hand.
#include <gtest/gtest.h>

#include "backends/wormhole/exec/norm.h"
#include "backends/wormhole/exec/softmax_lines.h"
#include "backends/wormhole/kernels/norm.h"
#include "backends/wormhole/kernels/softmax_lines.h"
#include "backends/wormhole/kernels/softmax_steps.h"
#include "backends/wormhole/numerics/hosts.h"
#include "backends/wormhole/numerics/random_bits.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t rows = 32, cols = 96;
constexpr auto count = static_cast<std::size_t>(rows * cols);

struct Operands {
  std::vector<Bits> input, weight, bias, residual;

  explicit Operands(RandomBits& random)
      : input(random.stretch(rows * cols)),
        weight(random.stretch(cols)),
        bias(random.stretch(cols)),
        residual(random.stretch(rows * cols)) {}
};

// Each combination of what may be left out, with arithmetic of all kinds.
TEST(Norm, VectorsAreTheOracle) {
  RandomBits random(7);
  for (int round = 0; round < 48; ++round) {
    const Operands on(random);
    NormRows task{.input = on.input.data(),
                  .weight = round & 1 ? on.weight.data() : nullptr,
                  .bias = round & 2 ? on.bias.data() : nullptr,
                  .residual = round & 4 ? on.residual.data() : nullptr,
                  .out = nullptr,
                  .cols = cols,
                  .numerics = {.subtracts_mean = (round & 8) != 0,
                               .fidelity = static_cast<Fidelity>(1 + random.below(4)),
                               .fp32_accumulate = (round & 16) != 0,
                               .approximate = random.one_in(2),
                               .scaler = random.one_in(3) ? Bits{0x3c80} : Bits{0x3c2a},
                               .epsilon = random.one_in(2) ? Bits{0x3727} : Bits{0x2b8c}}};
    std::vector<Bits> oracle(count), found(count);
    task.out = oracle.data();
    normalise(task, rows, {1, Isa::scalar});
    task.out = found.data();
    for (const HostOptions host : hosts()) {
      normalise(task, rows, host);
      ASSERT_EQ(found, oracle) << isa_name(host.isa) << " in round " << round;
    }
  }
}

struct Uncut : kernels::Norm {
  static constexpr bool row_sum_is_cut_after_each_tile = false;
};

// 1 and 2^-8 in each of two tiles: whole, 1 + 2^-7. Cut after the first tile nothing of either 2^-8 is left.
TEST(Norm, ASumIsCutAfterEachTile) {
  std::vector<Bits> row(64);
  row[0] = 0x3f80;
  row[1] = row[40] = 0x3b80;
  const auto sum = [&]<class Rules>(Rules) {
    return upper_half(kernels::steps::row_sum<Rules>(row, kernels::one_bits, 4, DstFormat::fp32));
  };
  EXPECT_EQ(sum(kernels::Norm()), 0x3f80);
  EXPECT_EQ(sum(Uncut()), 0x3f81);
}

// A difference that does not fit bf16 lies in L1 as fp32, and loses its low bits on the way to the next step.
TEST(Norm, StepsReadBf16) {
  const Word difference = elwsub(0x4049, 0x3f81, DstFormat::fp32);  // 3.140625 - 1.0078125
  EXPECT_NE(difference & 0xffff, 0u);
  EXPECT_EQ(kernels::steps::through_l1<kernels::Norm>(difference, DstFormat::fp32),
            upper_half(difference));
  EXPECT_EQ(unpack_fp32(difference, UnpackedAs::tf32), difference);
}

// The plain softmax is the one with options at their defaults.
TEST(SoftmaxSteps, WithoutOptionsAreThePlainKernel) {
  RandomBits random(3);
  for (int round = 0; round < 40; ++round) {
    const std::vector<Bits> row = random.stretch(96);
    const std::size_t logical = round % 2 == 0 ? 96 : 70;
    const SoftmaxNumerics numerics{.numeric_stable = random.one_in(2)};
    std::vector<Bits> plain(96), steps(96);
    kernels::softmax_row(row, logical, numerics, plain);
    kernels::softmax_row({.input = row, .mask = {}, .logical_cols = logical}, numerics, steps);
    ASSERT_EQ(steps, plain);
  }
}

TEST(SoftmaxSteps, VectorsAreTheOracle) {
  RandomBits random(5);
  for (int round = 0; round < 48; ++round) {
    const std::vector<Bits> input = random.stretch(rows * cols), mask = random.stretch(rows * cols);
    const ScaleMask masked{mask.data(), random.one_in(2) ? Bits{0x3e00} : Bits{0x3dcc}};
    const SoftmaxNumerics numerics{.numeric_stable = (round & 1) != 0,
                                   .sum = static_cast<Fidelity>(1 + random.below(4)),
                                   .multiply = static_cast<Fidelity>(1 + random.below(4)),
                                   .fp32_accumulate = (round & 2) != 0,
                                   .approximate = (round & 4) != 0};
    const std::int64_t logical = round & 8 ? cols : cols - 5;
    const ScaleMask* const given = round & 16 ? &masked : nullptr;
    std::vector<Bits> oracle(count), found(count);
    softmax({input.data(), rows, cols}, logical, numerics, oracle.data(), {1, Isa::scalar}, given);
    for (const HostOptions host : hosts()) {
      found = input;  // in place
      softmax({found.data(), rows, cols}, logical, numerics, found.data(), host, given);
      ASSERT_EQ(found, oracle) << isa_name(host.isa) << " in round " << round;
    }
  }
}

TEST(SoftmaxLines, VectorsAreTheOracle) {
  RandomBits random(11);
  for (int round = 0; round < 32; ++round) {
    const std::vector<Bits> input = random.stretch(rows * cols);
    const LineNumerics numerics{static_cast<Fidelity>(1 + random.below(4)), random.one_in(2)};
    const std::int64_t logical = round % 2 == 0 ? cols : cols - 9;
    std::vector<Bits> oracle(count);
    softmax_lines({input.data(), rows, cols}, logical, numerics, oracle.data(), {1, Isa::scalar});
    for (const HostOptions host : hosts()) {
      std::vector<Bits> found = input;  // in place
      softmax_lines({found.data(), rows, cols}, logical, numerics, found.data(), host);
      ASSERT_EQ(found, oracle) << isa_name(host.isa) << " in round " << round;
    }
  }
}

// By the vector unit as by the order of patterns: the quick way round the arithmetic.
TEST(SoftmaxLines, TheLargerAcrossMatricesIsTheVectorUnits) {
  RandomBits random(13);
  for (int round = 0; round < 20000; ++round) {
    const Bits a = random.draw(random.kind()), b = random.draw(random.kind());
    ASSERT_EQ(kernels::lines::larger(a, b), pack_bf16(sfpu::below(widen(a), widen(b)) ? b : a))
        << std::hex << a << " " << b;
  }
}

}  // namespace
}  // namespace wattention::wormhole
