// Every vector path against the oracle, on random patterns, shapes and attributes: all bits must agree.
// Runs for WATTENTION_FUZZ_SECONDS (2); WATTENTION_FUZZ_SEED replays the case that a failure names.
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <string>

#include "backends/wormhole/exec/power.h"
#include "backends/wormhole/numerics/hosts.h"
#include "backends/wormhole/numerics/random_bits.h"

namespace wattention::wormhole {
namespace {

double seconds_to_run() {
  const char* text = std::getenv("WATTENTION_FUZZ_SECONDS");
  return text == nullptr ? 2.0 : std::stod(text);
}

/// Calls round(seed) with new seeds until the time is up, or once with the seed asked for.
template <class Round>
void fuzz(Round round) {
  if (const char* text = std::getenv("WATTENTION_FUZZ_SEED")) return round(std::stoull(text));
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t seed = std::random_device{}();
  while (std::chrono::steady_clock::now() - start <
         std::chrono::duration<double>(seconds_to_run())) {
    SCOPED_TRACE("replay with WATTENTION_FUZZ_SEED=" + std::to_string(seed));
    round(seed);
    if (testing::Test::HasFailure()) return;
    ++seed;
  }
}

std::string hex(Bits value) {
  char text[8];
  std::snprintf(text, sizeof text, "%04x", value);
  return text;
}

void expect_same(const std::vector<Bits>& expected, const std::vector<Bits>& found,
                 const std::string& what) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (expected[i] != found[i]) {
      ADD_FAILURE() << what << ": element " << i << " is " << hex(found[i]) << ", the oracle says "
                    << hex(expected[i]);
      return;
    }
}

/// Stretches of different kinds, so that blocks of one matrix need different paths.
std::vector<Bits> matrix(RandomBits& random, std::int64_t rows, std::int64_t cols) {
  std::vector<Bits> bits;
  const std::int64_t step = random.one_in(2) ? rows : 8;
  for (std::int64_t row = 0; row < rows; row += step) {
    const auto stretch = random.stretch(std::min(step, rows - row) * cols);
    bits.insert(bits.end(), stretch.begin(), stretch.end());
  }
  return bits;
}

struct MatmulCase {
  std::int64_t rows, depth, cols;
  std::vector<Bits> a, b;
  MatmulNumerics numerics;

  MatmulCase(RandomBits& random);
  std::vector<Bits> run(HostOptions host) const {
    std::vector<Bits> out(static_cast<std::size_t>(rows * cols));
    matmul({a.data(), rows, depth}, {b.data(), depth, cols}, numerics, out.data(), host);
    return out;
  }

 private:
  void draw_operands(RandomBits& random);
  void make_cancel(RandomBits& random);
  void repeat_rows(RandomBits& random);
};

MatmulNumerics draw_numerics(RandomBits& random, std::int64_t tiles) {
  MatmulNumerics numerics;
  numerics.fidelity = static_cast<Fidelity>(1 + random.below(4));
  do numerics.block_tiles = 1 + random.below(static_cast<int>(tiles));
  while (tiles % numerics.block_tiles != 0);
  numerics.l1_accumulate = random.one_in(2);
  numerics.fp32_accumulate = random.one_in(4);
  if (!numerics.l1_accumulate && !numerics.fp32_accumulate && random.one_in(2))
    numerics.partial_bits = random.one_in(2) ? 7 : 3;
  return numerics;
}

/// Of any kinds; or of products whose exponents lie about where the matrix unit calls them zero.
void MatmulCase::draw_operands(RandomBits& random) {
  if (!random.one_in(3)) {
    a = matrix(random, rows, depth);
    b = matrix(random, depth, cols);
    return;
  }
  const int a_centre = 20 + random.below(90);
  const int product = random.below(24) - 6;
  auto a_kind = random.kind_around(a_centre);
  auto b_kind = random.kind_around(127 + product - a_centre);
  a_kind.spread = 1 + random.below(3);
  b_kind.spread = 1 + random.below(3);
  a = random.stretch(rows * depth, a_kind);
  b = random.stretch(depth * cols, b_kind);
}

/// Every second product of a row nearly takes back the one before: sums end in a unit or two, or in nothing.
void MatmulCase::make_cancel(RandomBits& random) {
  for (std::size_t i = 1; i < a.size(); i += 2)
    a[i] = static_cast<Bits>(a[i - 1] ^ 0x8000 ^ (random.one_in(3) ? 1 << random.below(5) : 0));
  for (std::int64_t k = 1; k < depth; k += 2)
    std::copy_n(b.begin() + (k - 1) * cols, cols, b.begin() + k * cols);
}

/// Runs of equal rows, as in the padding of tiles.
void MatmulCase::repeat_rows(RandomBits& random) {
  const int rarity = 2 + random.below(12);
  for (std::int64_t row = 1; row < rows; ++row)
    if (!random.one_in(rarity))
      std::copy_n(a.begin() + (row - 1) * depth, depth, a.begin() + row * depth);
}

MatmulCase::MatmulCase(RandomBits& random)
    : rows(32 * (1 + random.below(2))),
      depth(32 * (1 + random.below(random.one_in(4) ? 12 : 3))),
      cols(32 * (1 + random.below(4))),
      numerics(draw_numerics(random, depth / 32)) {
  draw_operands(random);
  if (random.one_in(3)) make_cancel(random);
  if (random.one_in(3)) repeat_rows(random);
}

TEST(Fuzz, MatmulAgreesWithTheOracle) {
  fuzz([](std::uint64_t seed) {
    RandomBits random(seed);
    const MatmulCase matmul_case(random);
    const auto expected = matmul_case.run({1, Isa::scalar});
    for (const Isa isa : vector_isas())
      expect_same(expected, matmul_case.run({1 + random.below(3), isa}), isa_name(isa));
  });
}

TEST(Fuzz, SoftmaxAgreesWithTheOracle) {
  fuzz([](std::uint64_t seed) {
    RandomBits random(seed);
    const std::int64_t rows = 32;
    const std::int64_t cols = 32 * (1 + random.below(6));
    const std::int64_t logical = cols - random.below(32);
    const auto input = matrix(random, rows, cols);
    const SoftmaxNumerics numerics{random.one_in(2)};
    std::vector<Bits> expected(input.size());
    softmax({input.data(), rows, cols}, logical, numerics, expected.data(), {1, Isa::scalar});
    for (const Isa isa : vector_isas()) {
      std::vector<Bits> found(expected.size());
      softmax({input.data(), rows, cols}, logical, numerics, found.data(),
              {1 + random.below(3), isa});
      expect_same(expected, found, isa_name(isa));
    }
  });
}

TEST(Fuzz, ElementwiseAgreesWithTheOracle) {
  fuzz([](std::uint64_t seed) {
    RandomBits random(seed);
    const std::int64_t count = 1 + random.below(3000);
    const auto a = matrix(random, count, 1);
    const auto b = matrix(random, count, 1);
    const auto fidelity = static_cast<Fidelity>(1 + random.below(4));
    const int op = random.below(4);
    const auto run = [&](HostOptions host) {
      std::vector<Bits> out(a.size());
      if (op == 0) multiply_scalar(a, b[0], fidelity, out, host);
      if (op == 1) multiply(a, b, fidelity, out, host);
      if (op == 2) add(a, b, out, host);
      if (op == 3) subtract(a, b, out, host);
      return out;
    };
    const auto expected = run({1, Isa::scalar});
    for (const Isa isa : vector_isas())
      expect_same(expected, run({1 + random.below(3), isa}),
                  isa_name(isa) + (" op " + std::to_string(op)));
  });
}

// Many enough for the tables. Every second run's pairs are such that results are numbers.
TEST(Fuzz, PowersAgreeWithTheOracle) {
  fuzz([](std::uint64_t seed) {
    RandomBits random(seed);
    const std::int64_t count = 65536 + random.below(3000);
    const auto kind_of = [&](int centre) {
      auto kind = random.one_in(2) ? random.kind() : random.kind_around(centre);
      return random.stretch(count, kind);
    };
    const auto a = kind_of(124 + random.below(8));
    const auto b = kind_of(122 + random.below(10));
    const auto run = [&](HostOptions host) {
      std::vector<Bits> out(a.size());
      power(a, b, out, host);
      return out;
    };
    const auto expected = run({1, Isa::scalar});
    for (const Isa isa : vector_isas())
      expect_same(expected, run({1 + random.below(3), isa}), isa_name(isa));
  });
}

// Whole and broken ones. In 65.5 to the power of -1.5859375 the sticky bit of 1 / x decides a digit.
TEST(Powers, OfEveryBase) {
  std::vector<Bits> bases(65536);
  std::iota(bases.begin(), bases.end(), Bits{0});
  for (const float exponent : {-8.0f, -3.0f, -2.5f, -1.5859375f, -1.0f, -0.5f, -0.125f, 0.0f, 0.25f,
                               0.5f, 1.0f, 1.75f, 2.0f, 3.0f, 4.5f, 7.0f}) {
    const std::vector<Bits> powers(bases.size(), upper_half(std::bit_cast<Word>(exponent)));
    const auto run = [&](Isa isa) {
      std::vector<Bits> out(bases.size());
      power(bases, powers, out, {1, isa});
      return out;
    };
    const auto expected = run(Isa::scalar);
    for (const Isa isa : vector_isas())
      expect_same(expected, run(isa), isa_name(isa) + (" to " + std::to_string(exponent)));
  }
}

TEST(Fuzz, SumsAgreeWithTheOracle) {
  fuzz([](std::uint64_t seed) {
    RandomBits random(seed);
    const std::int64_t matrices = 1 + random.below(2);
    const std::int64_t rows = 32 * matrices * (1 + random.below(3));
    const std::int64_t cols = 32 * (1 + random.below(3));
    auto input = matrix(random, rows, cols);
    if (random.one_in(3))  // what nearly takes itself back
      for (std::size_t i = 1; i < input.size(); i += 2)
        input[i] = static_cast<Bits>(input[i - 1] ^ 0x8000 ^ random.below(2));
    const Bits scaler = random.one_in(3) ? Bits{0x3f80} : random.draw(random.kind());
    const SumNumerics numerics{static_cast<Fidelity>(1 + random.below(4)), random.one_in(2)};
    const bool along_width = random.one_in(2);
    const auto run = [&](HostOptions host) {
      std::vector<Bits> sums(static_cast<std::size_t>(along_width ? rows : matrices * cols));
      if (along_width)
        sum_rows({input.data(), rows, cols}, scaler, numerics, sums.data(), host);
      else
        sum_columns({input.data(), rows, cols}, matrices, scaler, numerics, sums.data(), host);
      return sums;
    };
    const auto expected = run({1, Isa::scalar});
    for (const Isa isa : vector_isas())
      expect_same(expected, run({1 + random.below(3), isa}),
                  isa_name(isa) + std::string(along_width ? " rows" : " columns"));
  });
}

}  // namespace
}  // namespace wattention::wormhole
