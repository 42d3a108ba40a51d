#include "report/doctor_section.h"

#include <gtest/gtest.h>

namespace wattention::report {
namespace {

ExplainedOp op_of(std::string name, double own, double total) {
  ExplainedOp op;
  op.op = std::move(name);
  op.own = ErrorFigures{.relative_l2 = own, .max_abs = 1, .pcc = 0.999};
  op.total = ErrorFigures{.relative_l2 = total, .max_abs = 1, .pcc = 0.99};
  op.because = "a reason <b>";
  op.time_s = 1e-3;
  op.card_j = 0.02;
  return op;
}

Explanation made() {
  Explanation explanation;
  explanation.ops = {op_of("matmul", 0.02, 0.02), op_of("softmax", 0.01, 0.09)};
  explanation.outputs = explanation.ops.back().total;
  explanation.device_s = 2e-3;
  return explanation;
}

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(DoctorSection, EachModuleHasItsWordsPictureAndTable) {
  const std::vector<ExplainedModule> modules{{"one", made()}, {"other", made()}};
  const Section section = doctor_section(modules);
  EXPECT_NE(section.text.find("Module one: PCC 0.99"), std::string::npos) << section.text;
  EXPECT_NE(section.text.find("2 ms on the card, modelled"), std::string::npos) << section.text;
  EXPECT_EQ(count(section.text, "row 1 matmul: 2.00 %; a reason <b>."), 2) << section.text;
  ASSERT_EQ(section.charts.size(), 2u);
  EXPECT_EQ(section.charts[1].title, "Where the accuracy, time and energy of other go");
  EXPECT_EQ(count(section.charts[0].svg, "<rect class=\"mark"), 2 * 3);
  ASSERT_EQ(section.tables.size(), 2u);
  EXPECT_EQ(section.tables[0].rows.size(), 2u);
  EXPECT_TRUE(section.folded);
}

TEST(DoctorSection, AModuleWithoutOpsHasNoPicture) {
  const std::vector<ExplainedModule> modules{{"none", {}}};
  EXPECT_TRUE(doctor_section(modules).charts.empty());
}

}  // namespace
}  // namespace wattention::report
