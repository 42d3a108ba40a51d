// Tables of the card's modelled figures.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <wattention/error.h>

#include "bench/modelled.h"
#include "bench/sample_run.h"
#include "report/answer.h"
#include "report/core_grid_table.h"
#include "report/host_table.h"
#include "report/model_sections.h"
#include "report/phase_table.h"
#include "report/power_table.h"

namespace wattention::report {
namespace {

BenchRun card_run() {
  BenchCase one{
      .device = "wormhole", .variant = Variant::resident, .dtype = DType::bf16, .count = 1000};
  BenchRun run;
  run.records.push_back(modelled_record(one));
  one.core_grid = CoreGrid{2, 2};
  run.records.push_back(modelled_record(one));
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
    if (share.phase == Phase::compute) compute = share.share;
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

BenchRun run_with_hosts() {
  BenchRun run = card_run();
  BenchCase one = run.records[0].axes;
  for (const char* host : {twice_as_fast, "mine"}) {
    one.host = host;
    run.records.push_back(
        modelled_record(one, {{twice_as_fast, {.speedup = 2}}, {"mine", {.speedup = 0.5}}}));
  }
  return run;
}

TEST(HostTable, NeedsASecondHost) {
  EXPECT_FALSE(host_table(card_run()));
  const Table table = *host_table(run_with_hosts());
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0][1], "notebook's");
  EXPECT_EQ(table.rows[0][3], "1.00");
  EXPECT_LT(std::stod(table.rows[1][3]), 0.65);
  EXPECT_GT(std::stod(table.rows[2][3]), 1.8);
  // The conversions follow the host, the card's own work does not.
  EXPECT_NEAR(std::stod(table.rows[1][4]), std::stod(table.rows[0][4]) / 2, 0.01);
  EXPECT_EQ(table.rows[1][6], table.rows[0][6]);
}

TEST(HostTable, AnUnknownHostIsRefused) {
  BenchCase one = card_run().records[0].axes;
  one.host = "nowhere";
  EXPECT_THROW(modelled_record(one), Error);
}

TEST(PowerTable, ThisMachinesJoulesHaveScopeAndSource) {
  BenchRun run;
  run.records = {metered_record()};
  const Table table = power_table(round_power(), run);
  // 0.75 J in 11.5 ms are 65.2 W; 21.25 W of them at rest.
  const std::vector<std::string> here{"cpu fused bf16 2 threads, this machine",
                                      "package",
                                      "21",
                                      "65",
                                      "44",
                                      "11.500",
                                      "0.75",
                                      "0.5",
                                      "measured, rapl-package"};
  EXPECT_EQ(table.rows.back(), here);
  run.records = {measured_record()};
  EXPECT_EQ(power_table(round_power(), run).rows.back().back(), "manual");
  EXPECT_NE(power_table(round_power(), run).notes[0].find("This machine gave no joules"),
            std::string::npos);
}

TEST(Answer, AFasterHostIsAFigureOrIsNotClaimed) {
  const std::string without = answer(card_run(), nullptr)[1];
  EXPECT_EQ(without.find("host twice"), std::string::npos);
  const BenchRun run = run_with_hosts();
  const std::string with = answer(run, nullptr)[1];
  const double ms = *run.records[2].time_per_forward_ms.value;
  EXPECT_NE(with.find(fmt::format("In a host twice as fast the forward would take {:.1f} ms", ms)),
            std::string::npos);
}

TEST(Answer, SaysByHowMuchAndHowSure) {
  const NotebookPower power = round_power();
  const std::vector<std::string> sentences = answer(card_run(), &power);
  ASSERT_EQ(sentences.size(), 6u);  // nothing was measured here
  EXPECT_NE(sentences[0].find("5 % less"), std::string::npos);
  EXPECT_NE(sentences[1].find("27 % less"), std::string::npos);  // 5.1 J of 7 J
  EXPECT_NE(sentences[1].find("67 % less"), std::string::npos);  // 1 J of 3 J
  EXPECT_NE(sentences[3].find("differ by 10 W"), std::string::npos);
  EXPECT_NE(sentences[4].find("NVIDIA H200 takes 0.52 ms"), std::string::npos);
  EXPECT_NE(sentences[5].find("An i7-13700: the card, clearly."), std::string::npos);
  EXPECT_TRUE(answer({}, &power).empty());
}

// A record whose model says `modelled_ms`, and readings whose baselines are `spread_w` apart.
std::vector<std::string> answer_of(const Interval& modelled_ms, double spread_w) {
  BenchRun run = card_run();
  run.records[0].time_per_forward_ms = Figure::of(modelled_ms, Source::modelled);
  NotebookPower power = round_power();
  power.readings[2].baseline_w = power.readings[0].baseline_w + spread_w;
  return answer(run, &power);
}

bool has(const std::string& sentence, std::string_view words) {
  return sentence.find(words) != std::string::npos;
}

TEST(Answer, TheModelsVerdictFollowsItsInterval) {
  // The notebook's CPU: 11.589556 and 11.665543 ms.
  EXPECT_TRUE(has(answer_of({10.9, 8.7, 11.5896}, 10)[0], "the model does not say who wins"));
  EXPECT_TRUE(has(answer_of({10.9, 8.7, 11.5895}, 10)[0], "the card wins"));
  EXPECT_TRUE(has(answer_of({12, 11.6655, 13}, 10)[0], "the model does not say who wins"));
  EXPECT_TRUE(has(answer_of({12, 11.6656, 13}, 10)[0], "the CPU wins"));
}

TEST(Answer, EnergyIsSureWhileTheBaselinesAreNearerThanTheJobs) {
  // Net: 300 W and 100 W, each off by the spread: 100 W is where they meet. Gross: 700 W and 510 W meet at 95 W.
  EXPECT_TRUE(has(answer_of({10, 9, 11}, 94)[1], "Less energy: the card, clearly."));
  EXPECT_TRUE(has(answer_of({10, 9, 11}, 94)[3], "they do not overlap, so the order is sure."));
  EXPECT_TRUE(has(answer_of({10, 9, 11}, 95)[1], "Less energy: too close to tell."));
  EXPECT_TRUE(has(answer_of({10, 9, 11}, 95)[3], "they overlap, so the order is not sure."));
}

TEST(Answer, TheNotebooksTimesAreApartAndNear) {
  const std::vector<std::string> sentences = answer_of({10, 9, 11}, 10);
  EXPECT_TRUE(has(sentences[0], "Faster: the card, barely."));
  EXPECT_TRUE(has(sentences[3], "11.59 to 11.67 ms with the CPU and 10.99 to 11.02 ms with"));
  EXPECT_TRUE(has(sentences[3], "may go the other way"));
}

TEST(ModelSections, AreOnlyThoseWithContent) {
  const CardFacts facts{round_power(), {}};
  EXPECT_EQ(model_sections(card_run(), &facts).size(), 8u);
  EXPECT_EQ(model_sections(card_run(), nullptr).size(), 7u);
  EXPECT_TRUE(model_sections({}, nullptr).empty());
}

}  // namespace
}  // namespace wattention::report
