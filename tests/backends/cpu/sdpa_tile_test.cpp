// What goes into a tile's lanes, its weights, and what comes out again, on every ISA that this processor has.
#include <gtest/gtest.h>
#include <wattention/dtype.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "backends/cpu/attention_kernel.h"
#include "backends/cpu/support.h"

namespace wattention::cpu_test {
namespace {

using cpu::AttentionKernel;
using cpu::Element;

constexpr float inf = std::numeric_limits<float>::infinity();

class SdpaTileTest : public testing::TestWithParam<const AttentionKernel*> {
 protected:
  void SetUp() override {
    if (!cpu::this_cpu().has(cpu::needed_flags(kernel().isa)))
      GTEST_SKIP() << kernel().name << ": this processor has no " << to_string(kernel().isa);
  }
  const AttentionKernel& kernel() const { return *GetParam(); }
  std::size_t lanes() const { return static_cast<std::size_t>(kernel().lanes); }
};

// Blocks of keys, one after another, that every lane of a tile of one vector sees alike.
class Weighed {
 public:
  Weighed(const AttentionKernel& kernel, float factor)
      : kernel_(kernel),
        factor_(factor),
        lanes_(static_cast<std::size_t>(kernel.lanes)),
        top_(lanes_, -inf),
        sum_(lanes_),
        shrink_(lanes_) {}
  // The weights of lane 0.
  std::vector<float> add(const std::vector<float>& scores) {
    std::vector<float> tile((scores.size() + 1) * lanes_), block_top(lanes_), weights;
    for (std::size_t i = 0; i < scores.size() * lanes_; ++i) tile[i] = scores[i / lanes_];
    const auto count = static_cast<std::int64_t>(scores.size());
    kernel_.tops(tile.data(), count, 1, block_top.data());
    kernel_.weigh({tile.data(), count, 1, factor_, top_.data(), block_top.data(), sum_.data(),
                   shrink_.data()});
    for (std::size_t i = 0; i < scores.size(); ++i) weights.push_back(tile[i * lanes_]);
    return weights;
  }
  float sum() const { return sum_[0]; }
  float shrink() const { return shrink_[0]; }

 private:
  const AttentionKernel& kernel_;
  float factor_;
  std::size_t lanes_;
  std::vector<float> top_, sum_, shrink_;
};

// attention_exp.h states the bound.
TEST_P(SdpaTileTest, WeightsArePowersOfTwoNextToTheLargest) {
  if (kernel().pairs) GTEST_SKIP() << kernel().name << " rounds its weights to bf16";
  for (const float top : {0.0f, 3.375f, -1000.25f}) {
    std::vector<float> scores;
    for (double t = 0; t > -125; t -= 125.0 / 100000) scores.push_back(static_cast<float>(top + t));
    const std::vector<float> found = Weighed(kernel(), 1.0f).add(scores);
    const double reference = std::nearbyint(top);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double exact = std::exp2(scores[i] - reference);
      ASSERT_LE(std::fabs(found[i] - exact), 1.8 * 0x1p-24 * exact) << scores[i];
    }
  }
}

TEST_P(SdpaTileTest, WeightsFarBelowTheLargestAreZeroAndNanStays) {
  if (kernel().pairs) GTEST_SKIP() << kernel().name << " has two in a word";
  // A NaN that a number follows slips through the largest.
  const std::vector<float> found =
      Weighed(kernel(), 1.0f)
          .add({std::bit_cast<float>(0x7fc00001u), std::bit_cast<float>(0xffc001ffu), 2.0f, -123.0f,
                -124.0f, -1e6f, -3.4e38f, -inf});
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(std::isnan(found[i])) << i;
  EXPECT_EQ(found[2], 1.0f);
  EXPECT_EQ(found[3], 0x1p-125f);
  for (std::size_t i = 4; i < 8; ++i) EXPECT_EQ(found[i], 0.0f) << i;
}

// What is taken for the least score is a quotient, whose power is not whole.
TEST_P(SdpaTileTest, WeightsEndAtTheSamePowerForEveryFactorAndReference) {
  if (kernel().pairs) GTEST_SKIP() << kernel().name << " has two in a word";
  const bool is_fused = kernel().isa != cpu::Isa::scalar;
  for (const float factor : {0.1275f, 1.0f, 3.0f, 1.5e-30f, 7e9f}) {
    for (const double top_power : {0.3, -77.75, 1048570.25, -1048570.5}) {
      const auto top = static_cast<float>(top_power / factor);
      const double reference = std::nearbyint(double{top} * factor);
      std::vector<float> scores{top};
      for (double power = -118; power > -131; power -= 0.0625)
        scores.push_back(static_cast<float>((reference + power) / factor));
      scores.push_back(-inf);
      const std::vector<float> found = Weighed(kernel(), factor).add(scores);
      EXPECT_EQ(found.back(), 0.0f);
      for (std::size_t i = 0; i + 1 < scores.size(); ++i) {
        const double whole = double{scores[i]} * factor, power = whole - reference;
        const double product = is_fused ? 0 : std::fabs(whole) * 0x1p-24;  // its own rounding
        if (std::fabs(power + 125.5) <= product) continue;                 // either side
        const double exact = power < -125.5 ? 0 : std::exp2(power);
        ASSERT_LE(std::fabs(found[i] - exact), (1.8 * 0x1p-24 + product) * exact)
            << scores[i] << " times " << factor;
      }
    }
  }
}

// A row's sums do not hang on how many vectors its tile has.
TEST_P(SdpaTileTest, ATilesWidthMovesNoBit) {
  if (kernel().pairs) GTEST_SKIP() << kernel().name << " has two in a word";
  const auto numbers = [](std::size_t count, double step) {
    std::vector<float> out(count);
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<float>(std::sin(step * static_cast<double>(i + 1)));
    return out;
  };
  constexpr std::int64_t keys = 17, columns = 11;
  for (int vectors = 2; vectors <= kernel().tile_vectors; ++vectors) {
    for (std::int64_t words = 1; words <= 9; ++words) {
      const std::size_t width = lanes() * static_cast<std::size_t>(vectors);
      const auto w = static_cast<std::size_t>(words);
      const std::vector<float> key = numbers(keys * w, 0.7), value = numbers(w * columns, 0.3),
                               tile = numbers(w * width, 1.1);
      // Scores and context of `count` vectors from lane `first` on.
      const auto sums = [&](std::size_t first, int count) {
        const std::size_t own = lanes() * static_cast<std::size_t>(count);
        std::vector<float> part(w * own), scores(keys * own), top(own, -inf), shrink(own, 1.0f),
            context(columns * own);
        for (std::size_t k = 0; k < w; ++k)
          std::copy_n(tile.data() + k * width + first, own, part.data() + k * own);
        kernel().scores({key.data(), words * 4, keys, words,
                         reinterpret_cast<const std::uint32_t*>(part.data()), count, scores.data(),
                         top.data()});
        kernel().context({value.data(), columns, words, columns, part.data(), count, shrink.data(),
                          context.data(), true});
        scores.insert(scores.end(), context.begin(), context.end());
        return scores;
      };
      const std::vector<float> wide = sums(0, vectors);
      for (std::size_t first = 0; first < width; first += lanes()) {
        const std::vector<float> alone = sums(first, 1);
        for (std::size_t i = 0; i < alone.size(); ++i)
          ASSERT_EQ(wide[i / lanes() * width + first + i % lanes()], alone[i])
              << vectors << " vectors, " << words << " words, " << i / lanes();
      }
    }
  }
}

// Sums of blocks on both sides of the bound of whole references agree with the formula for the ratio of two weights.
TEST_P(SdpaTileTest, SumsKeepTheirMeaningBetweenSmallAndHugeScores) {
  const float step = 0.75f, bound = cpu::near_reference;
  for (const float start : {5.5f, -7.25f, bound - 2.25f, -bound - 1.5f, 4 * bound, -8 * bound}) {
    Weighed weighed(kernel(), 1.0f);
    double largest = -1e300, exact = 0;
    std::vector<float> last;
    for (int block = 0; block < 8; ++block) {
      const float score = start + static_cast<float>(block) * step;
      last = weighed.add({score, score, -inf});
      exact =
          exact * std::exp2(std::max(largest, 1.0 * score) == largest ? 0 : largest - score) + 2;
      largest = std::max<double>(largest, score);
    }
    // What one largest weight is worth cancels.
    float one = 1;
    if (std::fabs(largest) < bound)
      one = static_cast<float>(std::exp2(largest - std::nearbyint(largest)));
    EXPECT_NEAR(weighed.sum() / one, exact, 1e-6 * exact) << start;
  }
}

TEST_P(SdpaTileTest, RowsBecomeLanesAndComeBackDivided) {
  for (const Element element : {Element::f32, Element::bf16, Element::f16}) {
    const auto at = static_cast<std::size_t>(element);
    const std::size_t size = element == Element::f32 ? 4 : 2;
    for (int vectors = 1; vectors <= kernel().tile_vectors; ++vectors) {
      for (const std::size_t columns : {1u, 5u, 16u, 23u, 64u}) {
        const std::size_t width = lanes() * static_cast<std::size_t>(vectors);
        // Whole numbers below 128 are exact in every element; a row is followed by one byte that stays.
        std::vector<std::vector<std::byte>> rows, back;
        std::vector<const void*> from;
        std::vector<void*> to;
        const auto number = [&](std::size_t row, std::size_t column) {
          return static_cast<float>((row * 31 + column * 7) % 120) - 60;
        };
        for (std::size_t row = 0; row < width; ++row) {
          std::vector<float> floats;
          for (std::size_t column = 0; column < columns; ++column)
            floats.push_back(number(row, column));
          rows.emplace_back(columns * size);
          back.emplace_back(columns * size + 1, std::byte{77});
          kernel().narrow[at](floats.data(), static_cast<std::int64_t>(columns),
                              rows.back().data());
        }
        for (std::size_t row = 0; row < width; ++row) {
          from.push_back(rows[row].data());
          to.push_back(back[row].data());
        }
        std::vector<float> tile(columns * width), sum(width, 0.5f);
        kernel().rows_to_lanes[at](
            {from.data(), static_cast<std::int64_t>(columns), vectors, tile.data()});
        for (std::size_t i = 0; i < tile.size(); ++i)
          ASSERT_EQ(tile[i], number(i % width, i / width)) << i << " of " << columns;
        const std::size_t count = width - 1;
        EXPECT_EQ(
            kernel().lanes_to_rows[at]({tile.data(), sum.data(), static_cast<std::int64_t>(columns),
                                        vectors, static_cast<std::int64_t>(count), to.data()}),
            0u);
        std::vector<float> floats(columns);
        for (std::size_t row = 0; row < count; ++row) {
          kernel().widen[at](back[row].data(), static_cast<std::int64_t>(columns), floats.data());
          for (std::size_t column = 0; column < columns; ++column)
            ASSERT_EQ(floats[column], 2 * number(row, column));
          EXPECT_EQ(back[row].back(), std::byte{77});
        }
        EXPECT_EQ(back[count][0], std::byte{77});
      }
    }
  }
}

TEST_P(SdpaTileTest, QuotientsThatAreNoNumbersAreNamed) {
  constexpr std::size_t columns = 19;
  std::vector<float> context(columns * lanes(), 3.0f), sum(lanes(), 7.0f);
  std::vector<std::vector<float>> out(lanes(), std::vector<float>(columns));
  std::vector<void*> rows;
  for (std::vector<float>& row : out) rows.push_back(row.data());
  const auto odd = [&] {
    return kernel().lanes_to_rows[0](
        {context.data(), sum.data(), columns, 1, kernel().lanes, rows.data()});
  };
  EXPECT_EQ(odd(), 0u);
  for (const std::vector<float>& row : out)
    for (const float quotient : row) EXPECT_NEAR(quotient, 3.0f / 7.0f, 0x1p-25f);
  context[18 * lanes() + 1] = inf;
  context[4 * lanes() + 2] = -inf;
  sum[3] = std::nanf("");
  EXPECT_EQ(odd(), 0b1110u);
  sum[3] = inf;
  EXPECT_EQ(odd(), 0b1110u);
  sum[3] = 0;
  for (std::size_t column = 0; column < columns; ++column) context[column * lanes() + 3] = 0;
  EXPECT_EQ(odd(), 0b1110u);
}

std::string name_of(const testing::TestParamInfo<const AttentionKernel*>& tested) {
  return tested.param->name;
}

INSTANTIATE_TEST_SUITE_P(All, SdpaTileTest,
                         testing::ValuesIn(cpu::attention_kernels().begin(),
                                           cpu::attention_kernels().end()),
                         name_of);

}  // namespace
}  // namespace wattention::cpu_test
