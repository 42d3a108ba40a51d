// Ops on matrices, on every host: what random bits rarely reach, padding, refusals.
#include <gtest/gtest.h>
#include <wattention/dtype.h>
#include <wattention/error.h>

#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/unary.h"
#include "backends/wormhole/numerics/hosts.h"
#include "backends/wormhole/numerics/vectors.h"

namespace wattention::wormhole {
namespace {

/// One tile product whose element [0, 0] is made of `products`, on the host.
Bits tile_product(const vectors::Products& products, const MatmulNumerics& numerics,
                  HostOptions host) {
  std::vector<Bits> a(32 * 32), b(32 * 32), out(32 * 32);
  for (std::size_t k = 0; k < 16; ++k) {
    a[k] = products.b[k];       // in0 goes to SrcB
    b[32 * k] = products.a[k];  // in1 to SrcA
  }
  matmul({a.data(), 32, 32}, {b.data(), 32, 32}, numerics, out.data(), host);
  return out[0];
}

TEST(Matmul, RoundsTermsTwiceOnEveryHost) {
  // 8191 units 14 bits below, as by hand in vectors.h, count as one; 8190, or 8191 a bit further down, as nothing.
  const auto probe = [](int exponent, int second, int third, int fourth) {
    return vectors::Products()
        .set(0, vectors::probe_a, vectors::probe_b)
        .set(8, vectors::a_with(31, exponent), vectors::b_with(127, 127))
        .set(9, vectors::a_with(16, exponent), vectors::b_with(second, 127))
        .set(10, vectors::a_with(third, exponent), vectors::b_with(fourth, 127));
  };
  for (const HostOptions host : hosts()) {
    const auto result = [&](const vectors::Products& products) {
      return tile_product(products, {.fidelity = Fidelity::lofi}, host);
    };
    EXPECT_EQ(result(probe(113, 66, 26, 123)), 0x400c) << isa_name(host.isa);
    EXPECT_EQ(result(probe(113, 65, 27, 119)), 0x400b) << isa_name(host.isa);
    EXPECT_EQ(result(probe(112, 66, 26, 123)), 0x400b) << isa_name(host.isa);
  }
}

TEST(Matmul, CancelsToTheSmallestNumbersAsTheOracle) {
  // 17 * 65 - 16 * 69 = 1 unit, at each exponent around where it stops being a normal bf16, then something to meet it.
  for (int exponent = 60; exponent < 80; ++exponent) {
    const auto products =
        vectors::Products()
            .set(0, vectors::a_with(17, exponent), vectors::b_with(65, 66))
            .set(1, vectors::a_with(16, exponent) | 0x8000, vectors::b_with(69, 66));
    for (const Fidelity fidelity : {Fidelity::lofi, Fidelity::hifi4})
      for (const HostOptions host : hosts())
        EXPECT_EQ(tile_product(products, {.fidelity = fidelity}, host),
                  tile_product(products, {.fidelity = fidelity}, {1, Isa::scalar}))
            << exponent << " " << isa_name(host.isa);
  }
}

TEST(Matmul, CutsAReloadedFp32ToBf16) {
  // The first block leaves 1 + 2^-8 + 2^-9 in L1, the second adds 2^-12. Whole (or cut to 19 bits), the sum rounds to
  // 1 + 2^-7; with all below 2^-7 cut off on the way back to Dst, 1 + 2^-12 rounds to 1.
  std::vector<Bits> a(32 * 64), b(64 * 32), out(32 * 32);
  const auto product = [&](std::size_t k, Bits x, Bits y) {
    a[k] = x;
    b[32 * k] = y;
  };
  product(0, 0x3f80, 0x3f80);
  product(1, 0x3b80, 0x3f80);   // 2^-8
  product(16, 0x3b00, 0x3f80);  // 2^-9
  product(32, 0x3980, 0x3f80);  // 2^-12
  for (const HostOptions host : hosts()) {
    matmul({a.data(), 32, 64}, {b.data(), 64, 32},
           {.fidelity = Fidelity::lofi, .fp32_accumulate = true}, out.data(), host);
    EXPECT_EQ(out[0], 0x3f80) << isa_name(host.isa);
  }
}

/// Sums one row in every lane of an ISA's kernel.
Bits row_sum_on(Isa isa, const std::vector<Bits>& row) {
  const ElementwiseKernels& vectors = *elementwise_kernels(isa);
  std::vector<Bits> columns, sums(16);
  for (const Bits value : row)
    columns.insert(columns.end(), static_cast<std::size_t>(vectors.lanes), value);
  vectors.row_sums(4)(columns.data(), static_cast<std::int64_t>(row.size()), sums.data());
  return sums[0];
}

TEST(RowSum, RoundsTermsTwiceOnEveryHost) {
  // Dst is 1024 units, 3 come from one group: a fourth makes a tie that rises. 8191 * 2^-14 is one, 8190 * 2^-14 not.
  std::vector<Bits> row(32);
  row[0] = 0x3f80;
  row[16] = row[17] = 0x3ac0;                                                    // 1.5 * 2^-10
  for (std::size_t k = 24; k < 28; ++k) row[k] = vectors::a_with(31, 127 - 14);  // 4 * 1984
  row[28] = vectors::a_with(31, 127 - 17);                                       // 248
  row[29] = vectors::a_with(28, 127 - 22);                                       // 7
  EXPECT_EQ(kernels::row_sum(row, 4), 0x3f81);
  for (const Isa isa : vector_isas()) EXPECT_EQ(row_sum_on(isa, row), 0x3f81) << isa_name(isa);
  row[29] = vectors::a_with(24, 127 - 22);  // 6
  EXPECT_EQ(kernels::row_sum(row, 4), 0x3f80);
  for (const Isa isa : vector_isas()) EXPECT_EQ(row_sum_on(isa, row), 0x3f80) << isa_name(isa);
}

std::vector<Bits> numbers(std::initializer_list<float> values, std::size_t count = 32 * 32) {
  std::vector<Bits> bits(count);
  std::size_t i = 0;
  for (const float number : values) bits[i++] = bfloat16(number).bits;
  return bits;
}

TEST(Softmax, StableSubtractsTheMaximum) {
  // Of 100 and 99 in a row: exp(0) = 0x3f7a and exp(-1) = 0x3ec1, where the plain kernel overflows.
  const auto input = numbers({100, 99});
  for (const HostOptions host : hosts()) {
    std::vector<Bits> out(input.size());
    softmax({input.data(), 32, 32}, 2, {.numeric_stable = true}, out.data(), host);
    std::vector<Bits> shifted(input.size());
    const auto small = numbers({0, -1});
    softmax({small.data(), 32, 32}, 2, {}, shifted.data(), host);
    EXPECT_EQ(out[0], shifted[0]);
    EXPECT_EQ(out[1], shifted[1]);
    softmax({input.data(), 32, 32}, 2, {}, out.data(), host);
    EXPECT_EQ(out[0], 0);  // infinity * (1 / infinity = 0)
  }
}

TEST(Softmax, ANaNIsANumberBesideTheMaximumUnlessAMaskPackedItBefore) {
  // Whole tiles: 1.5 * 2^128 - 2^128 makes exp and sum infinite, and 1/infinity is 0. With a mask it came through
  // the packer as infinity, whose difference from the maximum is 0.
  std::vector<Bits> input(32 * 32);
  input[0] = 0x7fc0;
  const Bits of_zero = kernels::multiply(0x3f7a, kernels::reciprocal_approx(Bits{0x3f7a}), 4);
  for (const HostOptions host : hosts()) {
    std::vector<Bits> out(input.size());
    softmax({input.data(), 32, 32}, 32, {.numeric_stable = true}, out.data(), host);
    EXPECT_EQ(out[0], 0) << isa_name(host.isa);
    softmax({input.data(), 32, 32}, 31, {.numeric_stable = true}, out.data(), host);
    EXPECT_EQ(out[0], of_zero) << isa_name(host.isa);
  }
}

TEST(Transpose, MovesBitsAndFlushesWhatThePackerFlushes) {
  std::vector<Bits> input(32 * 64);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<Bits>(0x3f80 + i);
  input[1] = 0x8000;
  input[2] = 0x0007;
  for (const HostOptions host : hosts()) {
    std::vector<Bits> out(input.size());
    transpose({input.data(), 32, 64}, 1, out.data(), host);
    EXPECT_EQ(out[32 * 63 + 31], input[64 * 31 + 63]);
    EXPECT_EQ(out[32 * 5 + 2], input[64 * 2 + 5]);
    EXPECT_EQ(out[32 * 1], 0);
    EXPECT_EQ(out[32 * 2], 0);
  }
}

std::vector<Bits> counted_up(std::size_t count) {
  std::vector<Bits> bits(count);
  for (std::size_t i = 0; i < count; ++i) bits[i] = static_cast<Bits>(0x3c00 + i * 7919 % 1024);
  return bits;
}

// Small ones are shared out whole among the threads, larger ones one after the other.
TEST(Matmul, OfABatchIsThatOfEachMatrix) {
  constexpr std::int64_t matrices = 24;
  for (const std::int64_t height : {32, 192})
    for (HostOptions host : hosts()) {
      const std::int64_t depth = 64, cols = 96;
      if (host.isa == Isa::scalar && height > 32) continue;  // seconds
      const auto a = counted_up(static_cast<std::size_t>(matrices * height * depth)),
                 b = counted_up(static_cast<std::size_t>(matrices * depth * cols));
      std::vector<Bits> all(static_cast<std::size_t>(matrices * height * cols)), one(all.size());
      host.threads = 3;
      matmul_batch({a.data(), matrices * height, depth}, {b.data(), matrices * depth, cols},
                   matrices, {}, all.data(), host);
      for (std::int64_t i = 0; i < matrices; ++i)
        matmul({a.data() + i * height * depth, height, depth},
               {b.data() + i * depth * cols, depth, cols}, {}, one.data() + i * height * cols,
               {1, host.isa});
      EXPECT_EQ(all, one) << isa_name(host.isa) << " " << height;
    }
}

TEST(Transpose, OfABatchIsThatOfEachMatrix) {
  constexpr std::int64_t matrices = 5, rows = 64, cols = 96;
  const auto input = counted_up(static_cast<std::size_t>(matrices * rows * cols));
  std::vector<Bits> out(input.size());
  transpose({input.data(), matrices * rows, cols}, matrices, out.data(), {3, Isa::best});
  for (std::int64_t m = 0; m < matrices; ++m)
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t col = 0; col < cols; ++col)
        ASSERT_EQ(out[static_cast<std::size_t>((m * cols + col) * rows + row)],
                  input[static_cast<std::size_t>((m * rows + row) * cols + col)]);
}

TEST(Exec, RefusesWhatIsNotWholeTiles) {
  const std::vector<Bits> bits(64 * 64);
  std::vector<Bits> out(64 * 64);
  EXPECT_THROW(matmul({bits.data(), 31, 32}, {bits.data(), 32, 32}, {}, out.data(), {}), Error);
  EXPECT_THROW(matmul({bits.data(), 32, 64}, {bits.data(), 32, 32}, {}, out.data(), {}), Error);
  EXPECT_THROW(
      matmul({bits.data(), 32, 64}, {bits.data(), 64, 32}, {.block_tiles = 3}, out.data(), {}),
      Error);
  EXPECT_THROW(softmax({bits.data(), 32, 64}, 20, {}, out.data(), {}), Error);
  EXPECT_THROW(add(std::span(bits).first(3), std::span(bits).first(4), std::span(out).first(3), {}),
               Error);
}

// From some tensor on a table answers, which an identity of its own would give away.
TEST(UnaryTables, ManySmallTensorsKeepTheirBits) {
  UnaryTables tables;
  UnaryFunction flip{};
  flip.kernels.bf16 = [](Bits value, const UnaryFunction::Numbers& numbers) {
    return static_cast<Bits>(value ^ numbers[0]);
  };
  flip.numbers = {0x8001};
  std::vector<Bits> in(1024), out(in.size());
  for (std::size_t round = 0; round < 64; ++round) {
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<Bits>(round * in.size() + i);
    tables.apply(flip, in, out, {2, Isa::best});
    for (std::size_t i = 0; i < in.size(); ++i) ASSERT_EQ(out[i], in[i] ^ 0x8001) << round;
  }
}

}  // namespace
}  // namespace wattention::wormhole
