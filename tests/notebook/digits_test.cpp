#include "notebook/digits.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>
#include <cmath>

#include "report/digits_table.h"

namespace wattention {
namespace {

// [3, 4], of which the first and last row and column are printed.
const NotebookPrint corners{"corners", "cell 0", 3, 4, 1, 4, "0.1000 0.4000 0.9000 1.2000"};

Tensor twelve_values() {
  return {{0.1f, 0.2f, 0.3f, 0.4f}, {0.5f, 0.6f, 0.7f, 0.8f}, {0.9f, 1.0f, 1.1f, 1.2f}};
}

TEST(Digits, ComparesThePrintedCornersOnly) {
  const DigitCheck check = check_digits(corners, twelve_values(), "cpu");
  EXPECT_EQ(check.values, 4);
  EXPECT_EQ(check.matched, 4);
  EXPECT_FALSE(check.failed());
}

TEST(Digits, OneWrongDigitFailsAndSaysWhere) {
  Tensor tensor = twelve_values();
  tensor.mutable_values<float>()[8] = 0.9001f;
  const DigitCheck check = check_digits(corners, tensor, "cpu");
  EXPECT_EQ(check.matched, 3);
  EXPECT_TRUE(check.failed());
  EXPECT_EQ(check.first_mismatch, "row 2, column 0: 0.9001, printed 0.9000");
}

TEST(Digits, ASignOfZeroIsADigit) {
  const NotebookPrint zero{"zero", "cell 0", 1, 1, 3, 4, "-0.0000"};
  EXPECT_FALSE(check_digits(zero, Tensor{{-0.00001f}}, "cpu").failed());
  EXPECT_TRUE(check_digits(zero, Tensor{{0.00001f}}, "cpu").failed());
}

TEST(Digits, LooseValuesMayBeOneStepOffAndNoMore) {
  NotebookPrint loose{"loose", "cell 0", 1, 2, 3, 4, "-0.0320 0.5000", 1};
  // bf16 steps are 2^-12 around 0.032 and 2^-8 from 0.5 on.
  EXPECT_FALSE(check_digits(loose, Tensor{{-0.0320f - 0.000244f, 0.5f}}, "card").failed());
  EXPECT_TRUE(check_digits(loose, Tensor{{-0.0320f - 0.000488f, 0.5f}}, "card").failed());
  EXPECT_TRUE(check_digits(loose, Tensor{{-0.0320f - 0.000244f, 0.5039f}}, "card").failed());
  loose.loose = 0;
  EXPECT_TRUE(check_digits(loose, Tensor{{-0.0320f - 0.000244f, 0.5f}}, "card").failed());
}

TEST(Digits, NotANumberFails) {
  const NotebookPrint one{"one", "cell 0", 1, 1, 3, 4, "0.5000", 1};
  EXPECT_TRUE(check_digits(one, Tensor{{NAN}}, "cpu").failed());
}

TEST(Digits, SkippedIsNeitherPassedNorFailed) {
  const DigitCheck check = skipped_check(corners, "cuda", "not built");
  EXPECT_FALSE(check.failed());
  const std::string text = to_text(report::digits_table(std::vector{check}));
  EXPECT_NE(text.find("not run"), std::string::npos);
  EXPECT_NE(text.find("not built"), std::string::npos);
  EXPECT_EQ(text.find("pass"), std::string::npos);
}

TEST(Digits, RefusesAnotherShape) {
  EXPECT_THROW(check_digits(corners, Tensor{{1, 2}}, "cpu"), Error);
}

// Every stored print has as many words as its shape shows.
TEST(NotebookValues, AreComplete) {
  for (const NotebookPrint* print :
       {&cell4_context, &cell6_scores_device, &cell6_scores_cpu, &cell7_weights_device,
        &cell7_weights_cpu, &cell8_context_device, &cell8_context_cpu, &cell11_context,
        &cell15_context, &cell16_context, &cell36_context}) {
    const auto words = std::ranges::count(print->values, ' ') + 1;
    const auto shown = [&](int size) { return std::min(size, 2 * print->edge); };
    EXPECT_EQ(words, shown(print->rows) * shown(print->cols)) << print->cell << print->what;
  }
}

}  // namespace
}  // namespace wattention
