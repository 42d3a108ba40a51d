// Who wins, and how surely: on both sides of every boundary.
#include "report/verdict.h"

#include <gtest/gtest.h>

namespace wattention::report {
namespace {

Interval around(double value, double off) {
  return {value, value - off, value + off};
}

TEST(Verdict, IsSureOnlyWhereIntervalsAreApart) {
  EXPECT_EQ(margin_of(Duel{around(10, 2), around(15, 3)}), Margin::open);  // they touch at 12
  EXPECT_EQ(margin_of(Duel{around(10, 2), around(15, 2.999)}), Margin::clearly);
  EXPECT_EQ(margin_of(Duel{around(15, 3), around(10, 2)}), Margin::open);
  EXPECT_EQ(margin_of(Duel{around(15, 2.999), around(10, 2)}), Margin::clearly);
  EXPECT_EQ(margin_of(Duel{around(10, 0), around(10, 0)}), Margin::open);
  EXPECT_EQ(margin_of(Duel{around(10, 6), around(12, 0.1)}), Margin::open);  // one inside the other
}

TEST(Verdict, IsBareUpToTheRatio) {
  // Powers of two keep the products exact.
  EXPECT_EQ(margin_of(Duel{around(16, 0), around(16 * barely_ratio, 0)}), Margin::barely);
  EXPECT_EQ(margin_of(Duel{around(16, 0), around(16 * barely_ratio + 0.001, 0)}), Margin::clearly);
  EXPECT_EQ(margin_of(Duel{around(16 * barely_ratio, 0), around(16, 0)}), Margin::barely);
  EXPECT_EQ(margin_of(Duel{around(16 * barely_ratio + 0.001, 0), around(16, 0)}), Margin::clearly);
}

TEST(Verdict, OfTwoMeasuresTheWeakerCounts) {
  const Duel clear{around(1, 0.1), around(2, 0.1)}, bare{around(1, 0), around(1.05, 0)},
      open{around(1, 0.5), around(2, 0.5)}, lost{around(2, 0.1), around(1, 0.1)};
  EXPECT_EQ(margin_of({clear, clear}), Margin::clearly);
  EXPECT_EQ(margin_of({clear, bare}), Margin::barely);
  EXPECT_EQ(margin_of({bare, open}), Margin::open);
  EXPECT_EQ(margin_of({clear, lost}), Margin::open);  // they disagree on the winner
}

TEST(Verdict, NamesTheWinner) {
  const Interval less = around(1, 0.1), more = around(2, 0.1), near = around(1.09, 0);
  EXPECT_EQ(winner_words({{less, more}}), "the card, clearly");
  EXPECT_EQ(winner_words({{more, less}}), "the CPU, clearly");
  EXPECT_EQ(winner_words({{around(1, 0), near}}), "the card, barely");
  EXPECT_EQ(winner_words({{near, around(1, 0)}}), "the CPU, barely");
  EXPECT_EQ(winner_words({{less, near}}), "too close to tell");
}

TEST(Verdict, TheModelTellsAWinnerOnlyBesideTheCpusTime) {
  const Interval cpu{11.6, 11.5, 11.75};
  const auto says = [&](double low, double high, std::string_view word) {
    return model_words({(low + high) / 2, low, high}, cpu).find(word) != std::string_view::npos;
  };
  EXPECT_TRUE(says(9, 13, "does not say"));
  EXPECT_TRUE(says(9, 11.5, "does not say"));  // touching
  EXPECT_TRUE(says(9, 11.499, "the card wins"));
  EXPECT_TRUE(says(11.75, 13, "does not say"));
  EXPECT_TRUE(says(11.751, 13, "the CPU wins"));
}

}  // namespace
}  // namespace wattention::report
