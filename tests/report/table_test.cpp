#include "report/table.h"

#include <gtest/gtest.h>

#include "report/numbers.h"

namespace wattention::report {
namespace {

Table sample() {
  Table table;
  table.title = "Times";
  table.columns = {{"what", Align::left}, {"ms"}, {"nothing"}};
  table.rows = {{"a|b", "12.5†", ""}, {"\"c\", d", "±1 %", ""}};
  table.note("A note.");
  table.note("A note.");
  table.drop_empty_columns();
  return table;
}

TEST(Table, TextIsAlignedByDisplayWidth) {
  EXPECT_EQ(to_text(sample()),
            "Times\n"
            "what       ms\n"
            "------  -----\n"
            "a|b     12.5†\n"
            "\"c\", d   ±1 %\n"
            "A note.\n");
}

TEST(Table, MarkdownEscapesPipesAndAlignsRight) {
  EXPECT_EQ(to_markdown(sample()),
            "**Times**\n\n"
            "| what   |    ms |\n"
            "| ------ | ----: |\n"
            "| a\\|b   | 12.5† |\n"
            "| \"c\", d |  ±1 % |\n"
            "\nA note.\n");
}

TEST(Table, AColumnBelowARemovedOneStandsByItself) {
  Table table;
  table.columns = {{"a"}, {"empty"}, {.name = "b", .below = true}, {.name = "c", .below = true}};
  table.rows = {{"1", "", "2", "3"}};
  table.drop_empty_columns();
  ASSERT_EQ(table.columns.size(), 3u);
  EXPECT_FALSE(table.columns[1].below);
  EXPECT_TRUE(table.columns[2].below);
}

TEST(Table, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(to_csv(sample()), "what,ms\na|b,12.5†\n\"\"\"c\"\", d\",±1 %\n");
}

TEST(Numbers, MillisecondsKeepFourDigits) {
  EXPECT_EQ(milliseconds(0.0123442), "0.01234");
  EXPECT_EQ(milliseconds(12.3456), "12.346");
  EXPECT_EQ(milliseconds(123.456), "123.46");
  EXPECT_EQ(milliseconds(11671.33), "11671.3");
}

TEST(Numbers, RangesHaveThreeDigitsAndNoExponentsThatTablesCanDoWithout) {
  const auto text = [](double low, double high) {
    Figure figure;
    figure.range = {low, low, high};
    return range_text(figure);
  };
  EXPECT_EQ(range_text({}), "");
  EXPECT_EQ(text(0.07066, 9.996), " (0.0707 to 10)");
  EXPECT_EQ(text(664.8, 1329.7), " (665 to 1330)");
  EXPECT_EQ(text(999.4, 999.6), " (999 to 1000)");
  EXPECT_EQ(text(1e-5, 2e8), " (1e-05 to 2e+08)");
}

TEST(Numbers, AbsentIsADashAndExtrapolatedIsMarked) {
  EXPECT_EQ(milliseconds(Figure::absent("why"), false), "-");
  EXPECT_EQ(milliseconds(Figure::of(2, Source::measured), true), "2.000†");
}

TEST(Numbers, DifferencesAreSigned) {
  EXPECT_EQ(difference_percent(110, 100), "+10.0 %");
  EXPECT_EQ(difference_percent(50, 100), "-50.0 %");
}

}  // namespace
}  // namespace wattention::report
