// The steps of kernels on words: vectors of each ISA against the oracle, a row alone.
#include "backends/wormhole/exec/word_steps.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "backends/wormhole/kernels/softmax_words.h"
#include "backends/wormhole/numerics/hosts.h"

namespace wattention::wormhole {
namespace {

using kernels::StepOptions;
using kernels::Widths;
using kernels::WordSteps;

constexpr std::int64_t cols = 64;
constexpr int rounds = 200;

enum class Kind { any, ordinary, close, special };

/// What the matrix unit reads: tf32 in fp32's place, or bf16.
class Words {
 public:
  explicit Words(bool wide) : kept_(wide ? 0xffffe000u : 0xffff0000u) {}

  Word next(Kind kind) {
    const auto word = static_cast<Word>(engine_()) & kept_;
    switch (kind) {
      case Kind::any: return word;
      case Kind::ordinary:
        return (word & 0x807fe000u) | static_cast<Word>(110 + engine_() % 24) << 23;
      case Kind::close: return (word & 0x807fe000u) | 0x3f800000u;
      case Kind::special: {
        constexpr Word specials[] = {0,           0x80000000u, 0x7f800000u, 0xff800000u,
                                     0x7fc00000u, 0xffc00000u, 0x00400000u, 0x3f800000u,
                                     0x7f7f0000u, 0x00800000u};
        return specials[engine_() % std::size(specials)];
      }
    }
    return 0;
  }
  std::vector<Word> block(std::int64_t count) {
    const auto kind = static_cast<Kind>(engine_() % 4);
    const bool mixed = engine_() % 3 == 0;
    std::vector<Word> words(static_cast<std::size_t>(count));
    for (Word& word : words) word = next(mixed && engine_() % 8 == 0 ? Kind::special : kind);
    return words;
  }
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(engine_() % count); }

 private:
  Word kept_;
  std::mt19937 engine_{2026};
};

class StepsOfIsa : public testing::TestWithParam<std::tuple<Widths, Isa>> {
 protected:
  Widths widths() const { return std::get<0>(GetParam()); }
  const WordSteps& steps() const { return word_steps(std::get<1>(GetParam())); }
  Words words{widths().wide_buffers};
};

std::vector<Word> lane_of(const std::vector<Word>& columns, std::int64_t lane, std::int64_t lanes) {
  std::vector<Word> row;
  for (auto at = static_cast<std::size_t>(lane); at < columns.size();
       at += static_cast<std::size_t>(lanes))
    row.push_back(columns[at]);
  return row;
}

using Binary = decltype(WordSteps::add);

void expect_equal(Binary WordSteps::*op, const WordSteps& steps, Words& words,
                  const StepOptions& options) {
  const std::int64_t lanes = steps.lanes;
  const std::vector<Word> from = words.block(cols * lanes), all = words.block(cols * lanes),
                          by_lane = words.block(lanes), by_column = words.block(cols);
  std::vector<Word> to(from.size()), expected(static_cast<std::size_t>(cols));
  const auto check = [&](kernels::StepOperand operand, auto operand_of_lane) {
    (steps.*op)(from.data(), cols, operand, options, to.data());
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const std::vector<Word> row = lane_of(from, lane, lanes);
      const std::vector<Word> second = operand_of_lane(lane);
      const std::int64_t stride = second.size() == 1 ? 0 : 1;
      (kernels::one_row().*op)(row.data(), cols, {second.data(), stride, 1}, options,
                               expected.data());
      ASSERT_EQ(lane_of(to, lane, lanes), expected) << "lane " << lane;
    }
  };
  check(steps.of_all(all.data()), [&](std::int64_t lane) { return lane_of(all, lane, lanes); });
  check(steps.of_lanes(by_lane.data()), [&](std::int64_t lane) {
    return std::vector<Word>{by_lane[static_cast<std::size_t>(lane)]};
  });
  check(steps.of_columns(by_column.data()), [&](std::int64_t) { return by_column; });
}

TEST_P(StepsOfIsa, AddAndMultiplyAsARowAlone) {
  for (int round = 0; round < rounds; ++round)
    for (const bool into_l1 : {false, true}) {
      const StepOptions options{widths(), 1 + round % 4, into_l1};
      expect_equal(&WordSteps::add, steps(), words, options);
      expect_equal(&WordSteps::multiply, steps(), words, options);
      if (HasFatalFailure()) return;
    }
}

TEST_P(StepsOfIsa, PassL1AsARowAlone) {
  for (int round = 0; round < rounds; ++round) {
    std::vector<Word> columns = words.block(cols * steps().lanes);
    for (Word& word : columns) word |= words.below(0x10000);  // what Dst has beyond what is read
    std::vector<Word> expected = columns;
    steps().through_l1(columns.data(), cols, widths());
    kernels::one_row().through_l1(expected.data(), static_cast<std::int64_t>(expected.size()),
                                  widths());
    ASSERT_EQ(columns, expected);
  }
}

TEST_P(StepsOfIsa, ReduceAsARowAlone) {
  const std::int64_t lanes = steps().lanes;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<Word> columns = words.block(cols * lanes);
    const auto counted = static_cast<std::int64_t>(cols - words.below(2) * (1 + words.below(31)));
    std::vector<Word> sums(WordSteps::most_lanes), largest(WordSteps::most_lanes);
    const int phases = 1 + round % 4;
    steps().row_sums(columns.data(), cols, counted, phases, widths().dst, sums.data());
    steps().largest(columns.data(), cols, largest.data());
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const std::vector<Word> row = lane_of(columns, lane, lanes);
      Word sum = 0, most = 0;
      kernels::one_row().row_sums(row.data(), cols, counted, phases, widths().dst, &sum);
      kernels::one_row().largest(row.data(), cols, &most);
      ASSERT_EQ(sums[static_cast<std::size_t>(lane)], sum) << counted << " columns count";
      ASSERT_EQ(largest[static_cast<std::size_t>(lane)], most);
    }
  }
}

/// Whole rows, so that the tables of exponentials are met, and what is beyond them.
TEST_P(StepsOfIsa, MakeTheSoftmaxOfARowAlone) {
  const kernels::SoftmaxSet& set = *kernels::softmax_set("0_81");
  const std::int64_t lanes = steps().lanes;
  for (int round = 0; round < rounds; ++round) {
    SoftmaxNumerics numerics{round % 3 != 0,  Fidelity::hifi4,
                             Fidelity::hifi3, widths().dst == DstFormat::fp32,
                             round % 2 == 0,  widths().wide_buffers};
    const std::vector<Word> input = words.block(cols * lanes), masks = words.block(cols * lanes);
    const bool masked = round % 4 == 0;
    const std::int64_t logical = masked ? cols : cols - words.below(32);
    std::vector<Word> columns = input;
    set.rows({columns.data(), masked ? masks.data() : nullptr, 0x3e000000u, cols, logical},
             numerics, steps());
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      std::vector<Word> row = lane_of(input, lane, lanes);
      const std::vector<Word> mask = lane_of(masks, lane, lanes);
      set.rows({row.data(), masked ? mask.data() : nullptr, 0x3e000000u, cols, logical}, numerics,
               kernels::one_row());
      ASSERT_EQ(lane_of(columns, lane, lanes), row) << "round " << round;
    }
  }
}

// A 16-bit Dst has buffers of 16 bits.
INSTANTIATE_TEST_SUITE_P(All, StepsOfIsa,
                         testing::Combine(testing::Values(Widths{DstFormat::bf16, false},
                                                          Widths{DstFormat::fp32, false},
                                                          Widths{DstFormat::fp32, true}),
                                          testing::ValuesIn(vector_isas())));

}  // namespace
}  // namespace wattention::wormhole
