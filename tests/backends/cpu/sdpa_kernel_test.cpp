// The inner loops of scaled_dot_product_attention, on every ISA that this processor has.
#include "backends/cpu/attention_kernel.h"

#include <gtest/gtest.h>
#include <wattention/dtype.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "backends/cpu/support.h"

namespace wattention::cpu_test {
namespace {

using cpu::AttentionKernel;
using cpu::Element;

constexpr float inf = std::numeric_limits<float>::infinity();

class SdpaKernelTest : public testing::TestWithParam<const AttentionKernel*> {
 protected:
  void SetUp() override {
    if (!cpu::this_cpu().has(cpu::needed_flags(kernel().isa)))
      GTEST_SKIP() << kernel().name << ": this processor has no " << to_string(kernel().isa);
  }
  const AttentionKernel& kernel() const { return *GetParam(); }
  std::int64_t width(int vectors) const { return vectors * kernel().lanes; }

  // Weights of one key that every lane sees, for scores below `top`.
  std::vector<float> weights_of(const std::vector<float>& scores, float factor, float top) const {
    std::vector<float> weights = scores;
    kernel().weigh_row(weights.data(), static_cast<std::int64_t>(weights.size()), factor, top);
    return weights;
  }
};

std::vector<float> normal_floats(std::int64_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(engine);
  return values;
}

// attention_exp.h states the bound.
TEST_P(SdpaKernelTest, WeightsArePowersOfTwoWithinTheirBound) {
  std::vector<float> scores;
  for (double t = 0; t > -126; t -= 126.0 / 400000) scores.push_back(static_cast<float>(t));
  const std::vector<float> found = weights_of(scores, 1.0f, 0.0f);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double exact = std::exp2(double{scores[i]});
    ASSERT_LE(std::fabs(found[i] - exact), 1.8 * 0x1p-24 * exact) << scores[i];
  }
}

TEST_P(SdpaKernelTest, WeightsFarBelowAreZeroAndNanStays) {
  const std::vector<float> found =
      weights_of({-126.0f, -126.01f, -1000.0f, -inf, -3.4e38f, std::nanf("")}, 1.0f, 0.0f);
  EXPECT_EQ(found[0], 0x1p-126f);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(found[i], 0.0f) << i;
  EXPECT_TRUE(std::isnan(found[5]));
}

// Scores, weights and context of a tile of small whole numbers, of which every sum is exact.
TEST_P(SdpaKernelTest, ATileIsExactOnWholeNumbers) {
  constexpr std::int64_t value_dim = 23;
  for (int vectors = 1; vectors <= kernel().tile_vectors; ++vectors) {
    for (const std::int64_t count : {1, 2, 3, 4, 5, 8, 13, 14, 15, 29, 126, 132}) {
      const std::int64_t head_dim = 2 + count % 5 * 2;
      const std::int64_t lanes = width(vectors);
      const auto small = [](std::int64_t i) { return static_cast<float>(i * 7 % 5 - 2); };
      std::vector<float> keys, query, values;
      for (std::int64_t i = 0; i < count * head_dim; ++i) keys.push_back(small(i));
      for (std::int64_t i = 0; i < lanes * head_dim; ++i) query.push_back(small(i + 3));
      for (std::int64_t i = 0; i < count * value_dim; ++i) values.push_back(small(i + 1));
      // Words: pairs of bf16 along d for scores, along keys for the context.
      const bool pairs = kernel().pairs;
      const auto word = [&](float even, float odd) {
        const std::uint32_t bits = bfloat16(even).bits | std::uint32_t{bfloat16(odd).bits} << 16;
        return pairs ? bits : std::bit_cast<std::uint32_t>(even);
      };
      const std::int64_t step = pairs ? 2 : 1;
      std::vector<std::uint32_t> key_words, query_words, value_words;
      for (std::int64_t i = 0; i < count * head_dim; i += step)
        key_words.push_back(word(keys[static_cast<std::size_t>(i)],
                                 pairs ? keys[static_cast<std::size_t>(i + 1)] : 0));
      for (std::int64_t d = 0; d < head_dim; d += step)
        for (std::int64_t lane = 0; lane < lanes; ++lane)
          query_words.push_back(
              word(query[static_cast<std::size_t>(lane * head_dim + d)],
                   pairs ? query[static_cast<std::size_t>(lane * head_dim + d + 1)] : 0));
      for (std::int64_t key = 0; key < count; key += step)
        for (std::int64_t d = 0; d < value_dim; ++d)
          value_words.push_back(word(
              values[static_cast<std::size_t>(key * value_dim + d)],
              pairs && key + 1 < count ? values[static_cast<std::size_t>((key + 1) * value_dim + d)]
                                       : 0));
      std::vector<float> scores(static_cast<std::size_t>((count + 1) * lanes)),
          top(static_cast<std::size_t>(lanes), -inf);
      kernel().scores({key_words.data(), head_dim / step * 4, count, head_dim / step,
                       query_words.data(), vectors, scores.data(), top.data()});
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        float largest = -inf;
        for (std::int64_t key = 0; key < count; ++key) {
          float exact = 0;
          for (std::int64_t d = 0; d < head_dim; ++d)
            exact += keys[static_cast<std::size_t>(key * head_dim + d)] *
                     query[static_cast<std::size_t>(lane * head_dim + d)];
          ASSERT_EQ(scores[static_cast<std::size_t>(key * lanes + lane)], exact)
              << key << " " << lane;
          largest = std::max(largest, exact);
        }
        ASSERT_EQ(top[static_cast<std::size_t>(lane)], largest);
      }
      // Powers of two below 1: a step of one per unit of score, exact in bf16 as well.
      std::vector<float> tops(static_cast<std::size_t>(lanes), -inf),
          sum(static_cast<std::size_t>(lanes)), shrink(static_cast<std::size_t>(lanes)),
          context(static_cast<std::size_t>(value_dim * lanes));
      const std::vector<float> raw = scores;
      kernel().weigh({scores.data(), count, vectors, 1.0f, tops.data(), top.data(), sum.data(),
                      shrink.data()});
      const bool accumulate = count % 2 == 0;  // else nothing is read of what is there
      if (!accumulate)
        for (std::vector<float>* unread : {&shrink, &context})
          std::fill(unread->begin(), unread->end(), std::nanf(""));
      kernel().context({value_words.data(), value_dim, (count + step - 1) / step, value_dim,
                        scores.data(), vectors, shrink.data(), context.data(), accumulate});
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        double total = 0;
        std::vector<double> exact(value_dim);
        for (std::int64_t key = 0; key < count; ++key) {
          const double weight = std::exp2(raw[static_cast<std::size_t>(key * lanes + lane)] -
                                          top[static_cast<std::size_t>(lane)]);
          total += weight;
          for (std::int64_t d = 0; d < value_dim; ++d)
            exact[static_cast<std::size_t>(d)] +=
                weight * values[static_cast<std::size_t>(key * value_dim + d)];
        }
        ASSERT_NEAR(sum[static_cast<std::size_t>(lane)], total, 1e-6 * total);
        for (std::int64_t d = 0; d < value_dim; ++d)
          ASSERT_NEAR(context[static_cast<std::size_t>(d * lanes + lane)],
                      exact[static_cast<std::size_t>(d)], 4e-6 * total)
              << d;
      }
    }
  }
}

// A score adds up from the first word to the last in every strip, so that strips of two tiles have each one's bits.
TEST_P(SdpaKernelTest, TwoTilesAtOnceHaveTheBitsOfEach) {
  if (kernel().scores_of_two == nullptr) GTEST_SKIP() << kernel().name << " takes one tile";
  const std::int64_t lanes = width(2);
  for (const std::int64_t words : {1, 2, 7, 64}) {
    for (const std::int64_t count : {1, 5, 6, 13, 126}) {
      const std::vector<float> keys = normal_floats(count * words, 4);
      for (const unsigned seed : {5u, 6u}) {
        const std::vector<float> query = normal_floats(words * lanes, seed),
                                 other = normal_floats(words * lanes, 7);
        const auto size = static_cast<std::size_t>(count * lanes);
        const auto tile = static_cast<std::size_t>(lanes);
        std::vector<float> alone(size), first(size), second(size), top(tile, 0.5f),
            first_top = top, second_top = top;
        const auto args = [&](const std::vector<float>& q, std::vector<float>& scores,
                              std::vector<float>& tops) {
          return cpu::ScoreArgs{keys.data(),
                                words * 4,
                                count,
                                words,
                                reinterpret_cast<const std::uint32_t*>(q.data()),
                                2,
                                scores.data(),
                                tops.data()};
        };
        kernel().scores(args(query, alone, top));
        // In either place.
        if (seed == 5u)
          kernel().scores_of_two(args(query, first, first_top), args(other, second, second_top));
        else
          kernel().scores_of_two(args(other, second, second_top), args(query, first, first_top));
        ASSERT_EQ(first, alone) << words << " words, " << count << " keys";
        ASSERT_EQ(first_top, top);
        ASSERT_NE(second, alone);
      }
    }
  }
}

// A later block with a larger score shrinks what is there; one with none leaves it.
TEST_P(SdpaKernelTest, TopsSumsAndShrinksFollowTheBlocks) {
  const auto lanes = static_cast<std::size_t>(kernel().lanes);
  std::vector<float> top(lanes, -inf), sum(lanes, 0.0f), shrink(lanes, 7.0f);
  const auto weigh = [&](std::vector<float> scores) {
    std::vector<float> block_top(lanes);
    const auto count = static_cast<std::int64_t>(scores.size() / lanes);
    scores.resize(scores.size() + lanes);
    kernel().tops(scores.data(), count, 1, block_top.data());
    kernel().weigh(
        {scores.data(), count, 1, 2.0f, top.data(), block_top.data(), sum.data(), shrink.data()});
  };
  weigh(std::vector<float>(3 * lanes, -inf));
  EXPECT_EQ(top[0], -inf);
  EXPECT_EQ(sum[0], 0.0f);
  weigh(std::vector<float>(3 * lanes, 1.0f));
  EXPECT_EQ(shrink[0], 0.0f);
  EXPECT_EQ(sum[0], 3.0f);
  weigh(std::vector<float>(lanes, 2.0f));
  EXPECT_EQ(shrink[0], 0.25f);
  EXPECT_EQ(sum[0], 1.75f);
  weigh(std::vector<float>(5 * lanes, -inf));
  EXPECT_EQ(shrink[0], 1.0f);
  EXPECT_EQ(sum[0], 1.75f);
}

TEST_P(SdpaKernelTest, KeysOutsideALanesRangeAreMinusInfinity) {
  const auto lanes = static_cast<std::size_t>(kernel().lanes);
  std::vector<std::int32_t> from(lanes), to(lanes);
  for (std::size_t i = 0; i < lanes; ++i) {
    from[i] = 100 + static_cast<std::int32_t>(i % 3);
    to[i] = 103 + static_cast<std::int32_t>(i);
  }
  std::vector<float> scores(9 * lanes, 1.0f);
  kernel().limit({scores.data(), 9, 1, 98, from.data(), to.data()});
  for (std::size_t i = 0; i < lanes; ++i)
    for (std::int32_t key = 98; key < 107; ++key)
      EXPECT_EQ(scores[static_cast<std::size_t>(key - 98) * lanes + i],
                key >= from[i] && key < to[i] ? 1.0f : -inf)
          << key;
}

TEST_P(SdpaKernelTest, BiasScalesCapsAndAdds) {
  const auto lanes = static_cast<std::int64_t>(kernel().lanes);
  const std::vector<float> plain = normal_floats(37 * lanes, 1),
                           mask = normal_floats(37 * lanes, 2);
  for (const float softcap : {0.0f, 0.5f, 30.0f}) {
    std::vector<float> tile = plain, row = plain;
    kernel().bias({tile.data(), mask.data(), 37, 1, -3.0f, softcap});
    kernel().bias_row(row.data(), mask.data(), 37 * lanes - 1, -3.0f, softcap);
    for (std::size_t i = 0; i + 1 < plain.size(); ++i) {
      const double scaled = -3.0 * plain[i];
      const double capped = softcap > 0 ? softcap * std::tanh(scaled / softcap) : scaled;
      ASSERT_NEAR(tile[i], capped + mask[i], 1e-6 * (std::fabs(scaled) + std::fabs(mask[i])))
          << softcap;
      ASSERT_EQ(row[i], tile[i]);
    }
    EXPECT_EQ(row.back(), plain.back());
  }
}

TEST_P(SdpaKernelTest, RowsOfEveryElementAndSize) {
  const auto bytes = [](const std::vector<float>& values, Element element) {
    std::vector<std::byte> out(values.size() * 4);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint16_t half =
          element == Element::f16 ? float16(values[i]).bits : bfloat16(values[i]).bits;
      if (element == Element::f32)
        std::memcpy(out.data() + i * 4, &values[i], 4);
      else
        std::memcpy(out.data() + i * 2, &half, 2);
    }
    return out;
  };
  for (const Element element : {Element::f32, Element::bf16, Element::f16}) {
    const auto at = static_cast<std::size_t>(element);
    const auto seen = [&](float x) {
      return element == Element::f32   ? x
             : element == Element::f16 ? float{float16(x)}
                                       : float{bfloat16(x)};
    };
    const std::int64_t size = element == Element::f32 ? 4 : 2;
    for (const std::int64_t dim : {1, 7, 16, 40, 64, 77, 128}) {
      for (const std::int64_t count : {1, 3, 8, 19, 75}) {
        for (int rows = 1; rows <= 4; ++rows) {
          const std::int64_t stride = (dim + 15) / 16 * 16;
          const std::vector<float> keys = normal_floats(count * dim, 3);
          std::vector<float> query(static_cast<std::size_t>(4 * stride)), laid = query,
                                                                          scores(4 * 80, -7.0f);
          for (std::int64_t r = 0; r < rows; ++r) {
            for (std::int64_t d = 0; d < dim; ++d)
              query[static_cast<std::size_t>(r * stride + d)] =
                  static_cast<float>((r + 3 * d) % 5) - 2;
            const auto row = query.begin() + r * stride;
            kernel().query_row[at](bytes({row, row + dim}, element).data(), dim,
                                   laid.data() + r * stride);
          }
          const std::vector<std::byte> stored = bytes(keys, element);
          kernel().row_scores[at]({stored.data(), dim * size, count, dim, laid.data(), stride, rows,
                                   scores.data(), 80});
          std::vector<float> context(static_cast<std::size_t>(4 * stride), 1.0f);
          const std::vector<float> shrink{0.5f, 0.25f, 0.0f, 1.0f};
          std::vector<float> weights(4 * 80);
          for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = static_cast<float>(i % 7) / 8;
          kernel().row_context[at]({stored.data(), dim * size, count, dim, weights.data(), 80, rows,
                                    shrink.data(), context.data(), stride});
          for (std::int64_t r = 0; r < rows; ++r) {
            for (std::int64_t key = 0; key < count; ++key) {
              double exact = 0, size_of_terms = 0;
              for (std::int64_t d = 0; d < dim; ++d) {
                const double term = double{query[static_cast<std::size_t>(r * stride + d)]} *
                                    seen(keys[static_cast<std::size_t>(key * dim + d)]);
                exact += term;
                size_of_terms += std::fabs(term);
              }
              ASSERT_NEAR(scores[static_cast<std::size_t>(r * 80 + key)], exact,
                          1e-6 * size_of_terms);
            }
            for (std::int64_t d = 0; d < dim; ++d) {
              double exact = shrink[static_cast<std::size_t>(r)], size_of_terms = 1;
              for (std::int64_t key = 0; key < count; ++key) {
                const double term = double{weights[static_cast<std::size_t>(r * 80 + key)]} *
                                    seen(keys[static_cast<std::size_t>(key * dim + d)]);
                exact += term;
                size_of_terms += std::fabs(term);
              }
              ASSERT_NEAR(context[static_cast<std::size_t>(r * stride + d)], exact,
                          1e-6 * size_of_terms);
            }
            EXPECT_EQ(scores[static_cast<std::size_t>(r * 80 + count)], -7.0f);
          }
        }
      }
    }
  }
}

// All 65,536 patterns of both halves, and roundings of floats between them.
TEST_P(SdpaKernelTest, HalvesWidenAndRoundAsTheirTypesDo) {
  std::vector<std::uint16_t> patterns(65536);
  for (std::size_t i = 0; i < patterns.size(); ++i) patterns[i] = static_cast<std::uint16_t>(i);
  std::vector<float> wide(patterns.size());
  std::vector<std::uint16_t> back(patterns.size());
  const auto is_same = [](float a, float b) {
    return (std::isnan(a) && std::isnan(b)) ||
           std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
  };
  for (const Element element : {Element::bf16, Element::f16}) {
    const auto at = static_cast<std::size_t>(element);
    const bool is_f16 = element == Element::f16;
    kernel().widen[at](patterns.data(), 65536, wide.data());
    for (std::size_t i = 0; i < wide.size(); ++i)
      ASSERT_TRUE(is_same(wide[i], is_f16 ? float{float16::from_bits(patterns[i])}
                                          : float{bfloat16::from_bits(patterns[i])}))
          << i;
    std::vector<float> between(wide.size());
    for (std::size_t i = 0; i + 1 < wide.size(); ++i)
      between[i] = wide[i] + (wide[i + 1] - wide[i]) * (i % 3 == 0 ? 0.5f : 0.4f);
    for (const std::vector<float>& floats : {wide, between}) {
      kernel().narrow[at](floats.data(), 65535,
                          back.data());  // and an incomplete vector at the end
      for (std::size_t i = 0; i < 65535; ++i) {
        if (std::isnan(floats[i])) continue;
        ASSERT_EQ(back[i], is_f16 ? float16(floats[i]).bits : bfloat16(floats[i]).bits)
            << i << " " << floats[i];
      }
    }
  }
}

std::string name_of(const testing::TestParamInfo<const AttentionKernel*>& tested) {
  return tested.param->name;
}

INSTANTIATE_TEST_SUITE_P(All, SdpaKernelTest,
                         testing::ValuesIn(cpu::attention_kernels().begin(),
                                           cpu::attention_kernels().end()),
                         name_of);

}  // namespace
}  // namespace wattention::cpu_test
