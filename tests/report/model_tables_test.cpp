// Tables of the card's modelled figures.
#include <gtest/gtest.h>

#include "bench/modelled.h"
#include "report/answer.h"
#include "report/core_grid_table.h"
#include "report/model_sections.h"
#include "report/phase_table.h"
#include "report/power_table.h"

namespace wattention::report {
namespace {

BenchRun card_run() {
  BenchCase one{
      .device = "wormhole", .variant = Variant::resident, .dtype = DType::bf16, .count = 1000};
  BenchRun run;
  run.records.push_back(modelled_record(one, 789));
  one.core_grid = CoreGrid{2, 2};
  run.records.push_back(modelled_record(one, 789));
  return run;
}

// Readings made up so that every figure is a round one.
NotebookPower round_power() {
  NotebookPower power;
  power.readings = {{"cpu", 400, 700, 100, 10000},
                    {"resident", 410, 510, 100, 10000},
                    {"create_tensors", 405, 505, 100, 10000}};
  power.card_share_j = {0.4, 0.2, 0.6};
  power.verdict = "It tells little.";
  return power;
}

TEST(CoreGridTable, HasTheNotebooksFourGrids) {
  const Table table = *core_grid_table(card_run());
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows[0][1], "19399.75");
  EXPECT_EQ(table.rows[0][5], "modelled");
  EXPECT_EQ(table.rows[3][2], "-");  // no record
  EXPECT_FALSE(core_grid_table({}));
}

TEST(PhaseTable, SharesCoverTheForward) {
  const BenchRun run = card_run();
  double sum = 0, compute = 0;
  for (const PhaseShare& share : phase_shares(run.records[0])) {
    sum += share.share;
    if (share.phase == "compute") compute = share.share;
  }
  EXPECT_GE(sum, 1);  // phases overlap, none is missing
  EXPECT_LT(sum, 1.5);
  EXPECT_NEAR(compute, 0.1, 0.03);  // the card is busy for about one tenth
  EXPECT_FALSE(phase_table({}));
}

TEST(PowerTable, JoulesAreWattsTimesSeconds) {
  const Table table = power_table(round_power(), card_run());
  const std::vector<std::string> cpu{"CPU",    "wall", "400",  "700",   "300",
                                     "10.000", "7.00", "3.00", "manual"};
  EXPECT_EQ(table.rows[0], cpu);
  EXPECT_EQ(table.rows[4].back(), "modelled");
  EXPECT_EQ(table.notes.back(), "It tells little.");
}

TEST(Answer, SaysByHowMuchAndHowSure) {
  const NotebookPower power = round_power();
  const std::vector<std::string> sentences = answer(card_run(), &power);
  ASSERT_EQ(sentences.size(), 4u);  // nothing was measured here
  EXPECT_NE(sentences[0].find("5 % less"), std::string::npos);
  EXPECT_NE(sentences[1].find("27 % less"), std::string::npos);  // 5.1 J of 7 J
  EXPECT_NE(sentences[1].find("67 % less"), std::string::npos);  // 1 J of 3 J
  EXPECT_NE(sentences[3].find("differ by 10 W"), std::string::npos);
  EXPECT_TRUE(answer({}, &power).empty());
}

TEST(ModelSections, AreOnlyThoseWithContent) {
  const NotebookPower power = round_power();
  EXPECT_EQ(model_sections(card_run(), &power).size(), 5u);
  EXPECT_EQ(model_sections(card_run(), nullptr).size(), 4u);
  EXPECT_TRUE(model_sections({}, nullptr).empty());
}

}  // namespace
}  // namespace wattention::report
