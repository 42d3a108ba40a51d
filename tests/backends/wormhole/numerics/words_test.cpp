// Kernels that compute in words: what comes at once against the phases one by one, and functions against float64. The
// library's own bits are in python/tests/test_library.py.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "backends/wormhole/kernels/0_81/at_once.h"
#include "backends/wormhole/kernels/norm_words.h"
#include "backends/wormhole/kernels/reduce_words.h"
#include "backends/wormhole/kernels/softmax_words.h"

namespace wattention::wormhole {
namespace {

namespace at_once = kernels::v0_81::at_once;

constexpr std::string_view set = "0_81";
constexpr int rounds = 20000;

/// tf32 in fp32's place: any, ordinary, or close to each other.
class RandomWords {
 public:
  Word next() {
    const auto mantissa = static_cast<Word>(engine_()) & 0xffffe000u;
    switch (engine_() % 4) {
      case 0: return mantissa;
      case 1: return (mantissa & 0x807fe000u) | static_cast<Word>(1 + engine_() % 254) << 23;
      case 2: return (mantissa & 0x807f0000u) | static_cast<Word>(115 + engine_() % 20) << 23;
      default: return engine_() % 4 == 0 ? 0 : (mantissa & 0x807fe000u) | 0x3f800000u;
    }
  }
  std::vector<Word> row(std::size_t count) {
    std::vector<Word> words(count);
    for (Word& word : words) word = next();
    return words;
  }

 private:
  std::mt19937 engine_{81};
};

TEST(AtOnce, IsWhatPhasesGive) {
  RandomWords random;
  for (int round = 0; round < rounds; ++round) {
    const Word a = random.next(), b = random.next();
    Word dst = 0;
    for (int phase = 0; phase < 4; ++phase) {
      dst = elwmul<Silicon, Word>(a, b, phase, dst, DstFormat::fp32);
      ASSERT_EQ(at_once::product(a, b, phase + 1), dst) << a << " times " << b;
    }
    ASSERT_EQ(at_once::sum(a, b), (elwadd<Silicon, Word>(a, b, DstFormat::fp32)));
  }
}

TEST(AtOnce, IsWhatRoundedPhasesGive) {
  RandomWords random;
  for (int round = 0; round < rounds; ++round) {
    const Word a = random.next() & 0xffff0000u, b = random.next() & 0xffff0000u;
    Word dst = 0;
    for (int phase = 0; phase < 4; ++phase) {
      dst = elwmul<Silicon, Word>(a, b, phase, dst, DstFormat::bf16);
      ASSERT_EQ(at_once::product_of_16_bits(a, b, phase + 1), dst) << a << " times " << b;
    }
  }
}

class RowTimesOnes : public testing::TestWithParam<DstFormat> {};

TEST_P(RowTimesOnes, IsWhatPhasesGive) {
  RandomWords random;
  const Word kept = GetParam() == DstFormat::fp32 ? ~Word{0} : 0xffff0000u;
  std::array<Word, mvmul_depth> ones{};
  ones.fill(0x3f800000u);
  for (int round = 0; round < rounds / 10; ++round) {
    std::vector<Word> row = random.row(2 * mvmul_depth);
    for (Word& word : row) word &= kept;
    const std::span<const Word, 2 * mvmul_depth> tile(row);
    const Word before = round % 3 == 0 ? 0 : random.next() & kept;
    const int phases = 1 + round % 4;
    Word dst = before;
    for (int phase = 0; phase < phases; ++phase) {
      dst = mvmul<Silicon, Word>(ones, tile.first<mvmul_depth>(), phase, dst, GetParam());
      dst = mvmul<Silicon, Word>(ones, tile.last<mvmul_depth>(), phase, dst, GetParam());
    }
    ASSERT_EQ(at_once::row_of_tile(before, tile, phases, GetParam()), dst) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(EitherDst, RowTimesOnes,
                         testing::Values(DstFormat::bf16, DstFormat::fp32));

/// bf16 values around 0, as words and as float64.
struct Row {
  std::vector<Word> words;
  std::vector<double> values;

  explicit Row(std::size_t count, std::size_t padded) : words(padded), values(count) {
    for (std::size_t i = 0; i < count; ++i) {
      words[i] = std::bit_cast<Word>(std::sin(static_cast<float>(i * i)) * 3) & 0xffff0000u;
      values[i] = std::bit_cast<float>(words[i]);
    }
  }
  double mean() const {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }
  double squares_about(double centre) const {
    double sum = 0;
    for (const double value : values) sum += (value - centre) * (value - centre);
    return sum;
  }
};

float as_float(Word word) {
  return std::bit_cast<float>(word);
}

TEST(Words, SoftmaxIsFloat64s) {
  const Row row(70, 96);
  std::vector<Word> out = row.words;
  const SoftmaxNumerics accurate{true, Fidelity::hifi4, Fidelity::hifi4, true, false, true};
  kernels::softmax_set(set)->rows({out.data(), nullptr, 0, 96, 70}, accurate, kernels::one_row());
  double sum = 0;
  for (const double value : row.values) sum += std::exp(value);
  for (std::size_t i = 0; i < out.size(); ++i)
    EXPECT_NEAR(as_float(out[i]), i < 70 ? std::exp(row.values[i]) / sum : 0, 1e-4);
}

TEST(Words, NormIsFloat64s) {
  const Row row(70, 96);
  std::vector<Word> out = row.words, squares(96);
  const NormNumerics numerics;
  kernels::norm_rows_kernel(set)({.columns = out.data(),
                                  .squares = squares.data(),
                                  .weight = nullptr,
                                  .bias = nullptr,
                                  .residual = nullptr,
                                  .cols = 96,
                                  .logical_cols = 70,
                                  .share = std::bit_cast<Word>(1 / 70.0f)},
                                 numerics, kernels::one_row());
  const double mean = row.mean(), root = std::sqrt(row.squares_about(mean) / 70);
  for (std::size_t i = 0; i < 70; ++i)
    EXPECT_NEAR(as_float(out[i]), (row.values[i] - mean) / root, 5e-3);
}

TEST(Words, VarianceIsFloat64s) {
  const Row row(70, 70);
  const kernels::Shares shares{std::bit_cast<Word>(1 / 70.0f), std::bit_cast<Word>(1 / 69.0f)};
  const double expected = row.squares_about(row.mean()) / 69;
  const kernels::ReduceSet& kernels = *kernels::reduce_set(set);
  EXPECT_NEAR(as_float(kernels.variance(row.words, shares, false)), expected, 1e-5);
  EXPECT_NEAR(as_float(kernels.variance(row.words, shares, true)), std::sqrt(expected), 1e-5);
}

TEST(Words, OtherSetsComputeIn16Bits) {
  EXPECT_EQ(kernels::softmax_set("0_57"), nullptr);
  EXPECT_EQ(kernels::norm_rows_kernel("0_57"), nullptr);
  EXPECT_EQ(kernels::reduce_set("0_57"), nullptr);
}

}  // namespace
}  // namespace wattention::wormhole
